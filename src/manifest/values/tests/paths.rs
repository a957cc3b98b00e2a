//! Paths on the host, beside the manifest, and of web addresses.

use super::{refuses, takes};
use crate::manifest::values::*;

#[test]
fn paths() {
    takes(
        "path",
        &["/opt/acme/api", "/", "/srv/", "/etc/cron.d/extra", "/a/@b=c,d:e~f+g"],
    );
    refuses(
        "path",
        &[
            ("opt/acme", "begin it with /"),
            ("/opt/../etc", "`..`"),
            ("/opt//acme", "empty"),
            ("/opt/./acme", "`.` part"),
            ("/opt/a b", "blank"),
            ("/opt/*.conf", "not a pattern"),
            ("/opt/$HOME", "`$` cannot stand"),
            ("/opt/a\nb", "line break"),
            ("/opt/a\0b", "U+0000"),
            ("/opt/a%i", "`%` cannot stand"),
            ("/opt/{{secret:x:raw}}", "reserved"),
        ],
    );
    takes("path-glob", &["/opt/acme/nginx.d/*.conf", "/a/[ab]?"]);
    refuses(
        "path-glob",
        &[("/a/{b,c}", "`{` cannot stand"), ("/a/*;", "`;` cannot stand")],
    );
    takes("mount", &["/srv", "/mnt/data"]);
    refuses(
        "mount",
        &[("/", "belongs to the system"), ("/etc", "belongs to the system")],
    );
    takes("source-path", &["files/errors", "files/été.conf", "a.hbs"]);
    refuses(
        "source-path",
        &[
            ("/etc/passwd", "relative"),
            ("../x", "`..`"),
            ("~/x", "relative"),
            ("", "relative"),
            ("files/*", "not a pattern"),
        ],
    );
    takes("source-glob", &["services/*.yaml"]);
    takes("socket", &["api.sock"]);
    refuses(
        "socket",
        &[
            ("/run/api.sock", "without a directory"),
            ("api", "api.sock"),
            ("..sock", "api.sock"),
        ],
    );
    takes("file-mode", &["0644", "600"]);
    refuses(
        "file-mode",
        &[
            ("0666", "everybody could write"),
            ("4755", "octal"),
            ("rw", "octal"),
            ("0888", "octal"),
        ],
    );
    assert_eq!("600".parse::<FileMode>().map(|mode| mode.octal()), Ok("0600".into()));
}

#[test]
fn paths_of_addresses() {
    takes(
        "route-path",
        &[
            "/",
            "/api/",
            "/.well-known/matrix/server",
            "=/robots.txt",
            "= /x",
            r"~ \.php$",
            r"~* \.(png|jpg)$",
            "/a%20b",
        ],
    );
    refuses(
        "route-path",
        &[
            ("api", "begin it with /"),
            ("/a b", "cannot stand"),
            ("/a;b", "cannot stand"),
            ("/a{", "cannot stand"),
            ("~", "no regular expression"),
            ("/$uri", "cannot stand"),
        ],
    );
    let path = |text: &str| text.parse::<RoutePath>().expect("a path");
    assert_eq!(path("= /x").matching(), PathMatch::Exact("/x"));
    assert_eq!(path("/x").matching(), PathMatch::Prefix("/x"));
    assert_eq!(
        path("~* x$").matching(),
        PathMatch::Pattern {
            expression: "x$",
            ignore_case: true
        }
    );
    takes("location", &["/new/", "https://docs.acme.example/"]);
    refuses(
        "location",
        &[
            ("//evil.example", "not an address"),
            ("javascript:alert(1)", "web address"),
            ("/a b", "%20"),
            ("/$host", "%24"),
            ("new/", "not an address"),
        ],
    );
    takes(
        "url",
        &["https://auth.acme.example/realms/acme", "http://10.0.0.1:8080/"],
    );
    refuses(
        "url",
        &[
            ("ftp://x", "web address"),
            ("https://u:p@x.example/", "is a secret"),
            ("acme.example", "not an address"),
        ],
    );
}
