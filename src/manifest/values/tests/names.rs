//! Names of what the manifest declares, and of what other programs know.

use super::{refuses, takes};
use crate::manifest::values::*;

#[test]
fn names() {
    takes("name", &["api", "all-in-one", "vps2", "x"]);
    refuses(
        "name",
        &[
            ("Api", "write `api`"),
            ("2vps", "begin with a letter"),
            ("api_2", "`_` cannot stand"),
            ("api-", "ends with a dash"),
            ("a--b", "two in a row"),
            ("", "cannot be empty"),
            ("a/../b", "`/` cannot stand"),
            ("this-name-is-longer-than-all-that-may-be", "31 characters"),
        ],
    );
    takes("secret-name", &["session_key", "s3"]);
    refuses(
        "secret-name",
        &[("s3.key", "`.` cannot stand"), ("../x", "cannot stand")],
    );
    takes("secret-path", &["session_key", "s3.access_key_id"]);
    refuses("secret-path", &[("a.b.c", "cannot stand"), ("a.", "cannot be empty")]);
    takes("sql-name", &["acme", "psa_platform", "_x", "my-db"]);
    refuses(
        "sql-name",
        &[
            ("pg_read_all", "belong to PostgreSQL"),
            ("a\"b", "cannot stand"),
            ("Acme", "capitals"),
        ],
    );
    takes("sql-pattern", &["acme", "ganymede_*", "*"]);
    takes("env-name", &["NODE_ENV", "_x", "a1"]);
    refuses(
        "env-name",
        &[
            ("1A", "no digit first"),
            ("A-B", "letters, digits and `_`"),
            ("A=B", "letters"),
            ("", "cannot be empty"),
        ],
    );
    takes("header-name", &["X-Robots-Tag"]);
    refuses(
        "header-name",
        &[("X_Robots", "with dashes"), ("X: y\r\nZ", "not a header")],
    );
    takes("user-name", &["acme-api", "_apt"]);
    takes("redis-command", &["FLUSHALL", "CONFIG|SET", "@dangerous"]);
    refuses("redis-command", &[("FLUSHALL +@all", "not a command")]);
    takes("debian-package", &["imagemagick", "g++", "libssl3.0"]);
    refuses(
        "debian-package",
        &[("-y", "not the name"), ("a b", "not the name"), ("a;b", "not the name")],
    );
    takes("target", &["web", "shop.web", "shop.data.media"]);
    refuses("target", &[("a.b.c.d", "too many parts"), ("http://x", "cannot stand")]);
    takes("defaults-key", &["all", "runtime.pm2", "kind.postgres"]);
    refuses(
        "defaults-key",
        &[
            ("services", "runtime.NAME"),
            ("runtime.docker", "no runtime"),
            ("kind.postgress", "no kind"),
        ],
    );
    takes("place", &["services.hub", "routes.@"]);
    refuses("place", &[("services hub", "with dots"), ("a..b", "with dots")]);
}

#[test]
fn patterns_of_databases() {
    let matches = |pattern: &str, name: &str| pattern.parse::<SqlPattern>().expect("a pattern").matches(name);
    assert!(
        matches("acme", "acme") && matches("acme_*", "acme_prod") && matches("*", "x") && matches("a*b*c", "a1b2c")
    );
    assert!(
        !matches("acme", "acme2") && !matches("acme_*", "acme") && !matches("a*b*c", "acb") && !matches("a*a", "a")
    );
}

#[test]
fn programs() {
    takes("version", &["15", "1.10", "7.2.4-alpine", "24"]);
    refuses(
        "version",
        &[
            ("latest", "not a version"),
            ("v1", "not a version"),
            ("1.", "not a version"),
            ("", "not a version"),
        ],
    );
    takes(
        "image",
        &[
            "nginx",
            "redis:7",
            "ghcr.io/acme/api:1.4.0",
            "code.letsbe.solutions/letsbe/openclaw:2026.2.6-3",
            "localhost:5000/x/y@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ],
    );
    refuses(
        "image",
        &[
            ("Nginx", "lower case"),
            ("a/b:", "not a container image"),
            ("a@sha256:12", "64 hexadecimal"),
            ("a b", "not a container image"),
            ("a:b:c", "not a container image"),
            ("", "not a container image"),
            ("https://x/y", "not a container image"),
        ],
    );
    let image: Image = "localhost:5000/x/y:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        .parse()
        .expect("an image");
    assert_eq!(
        (image.registry(), image.tag(), image.digest().is_some()),
        ("localhost:5000", Some("1"), true)
    );
    assert_eq!(
        "acme/api"
            .parse::<Image>()
            .map(|image| (image.registry().to_owned(), image.tag().is_none())),
        Ok(("docker.io".into(), true))
    );
    let read = |json: &str| {
        serde_json::from_str::<Version>(json)
            .map(|version| version.to_string())
            .map_err(|e| e.to_string())
    };
    assert_eq!(read("24"), Ok("24".into()));
    assert!(read("1.1").is_err_and(|message| message.contains("in quotes")));
}

#[test]
fn the_keys_of_maps_are_told_apart_by_their_patterns() {
    let keys = [
        "name",
        "secret-name",
        "sql-name",
        "env-name",
        "header-name",
        "host-name",
        "record-name",
        "path",
        "route-path",
        "registry",
        "rule-name",
        "place",
        "setting-name",
        "defaults-key",
    ];
    for unit in keys {
        assert!(
            crate::manifest::values::unit::pattern_of(unit).is_some_and(|pattern| key_unit(pattern) == Some(unit)),
            "{unit}"
        );
    }
}
