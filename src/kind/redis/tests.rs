use crate::kind::fixture::{Lowered, client, lower, neighbour, placed, remote};
use crate::kind::{Client, Endpoint, Kind as _};
use crate::manifest::services::Redis;
use crate::site::{BackupWhat, Encoding};

fn redis(text: &str) -> Redis {
    serde_yaml::from_str(text).unwrap()
}

fn lowered(text: &str, clients: &[Client]) -> Lowered {
    lower("cache", &redis(text), clients)
}

const CONF: &str = "/etc/redis/redis.conf";
const ACL: &str = "/etc/redis/users.acl";

fn has_line(text: &str, line: &str) -> bool {
    text.lines().any(|other| other == line)
}

#[test]
fn a_native_server_keeps_a_quarter_of_its_limit_free() {
    let cache = lowered("{limits: {memory: 512MiB}}", &[client("api")]);
    assert_eq!(cache.codes(), [""; 0]);
    for line in [
        "bind 127.0.0.1",
        "port 6379",
        "dir /var/lib/redis",
        "maxmemory 384mb",
        "maxmemory-policy noeviction",
        "appendfsync everysec",
    ] {
        assert!(has_line(cache.file(CONF), line), "{line}");
    }
    assert!(
        cache
            .file("/etc/systemd/system/redis-server.service.d/acme.conf")
            .contains("MemoryMax=536870912\n")
    );
    assert!(
        cache
            .file("/etc/sysctl.d/60-acme-overcommit.conf")
            .contains("vm.overcommit_memory = 1")
    );
    assert!(
        cache.host.backup_sources.is_empty(),
        "a cache is filled again by itself"
    );
}

#[test]
fn nobody_is_the_default_user_and_passwords_are_digests() {
    let cache = lowered("{disable_commands: [FLUSHDB, \"CONFIG|SET\", \"@scripting\"]}", &[]);
    let acl = cache.file(ACL);
    assert!(acl.starts_with("user default off "));
    assert!(acl.contains("user app on #{{secret:cache_app:sha256}} #{{secret:cache_app.previous:sha256}} ~* &* +@all -@admin -@dangerous "));
    assert!(acl.contains(" -flushdb -config|set -@scripting\n"));
    assert_eq!(
        cache.secrets,
        [
            "cache_app",
            "cache_app.previous",
            "cache_backup",
            "cache_backup.previous"
        ]
    );
}

#[test]
fn raw_settings_repeat_and_replace() {
    let cache = lowered(
        "{settings: {save: [\"900 1\", \"300 10\"], appendonly: false, proc-title-template: \"{title} x;y\"}}",
        &[],
    );
    let conf = cache.file(CONF);
    assert!(conf.contains("save 900 1\nsave 300 10\n"));
    assert!(has_line(conf, "appendonly no") && !has_line(conf, "appendonly yes"));
    assert!(has_line(conf, "proc-title-template \"{title}\" \"x;y\""));
}

#[test]
fn other_hosts_come_in_by_the_private_address() {
    let cache = lowered("{}", &[remote("api")]);
    assert!(has_line(cache.file(CONF), "bind 127.0.0.1 10.0.0.2"));
}

#[test]
fn a_container_reads_its_files_from_a_closed_folder() {
    let cache = lowered(
        "{version: \"7\", runtime: container, limits: {memory: 256MiB}, backup: true}",
        &[neighbour("api"), client("shop")],
    );
    let container = &cache.host.containers[0];
    assert_eq!(container.image, "redis:7");
    assert_eq!(container.user.as_deref(), Some("999:999"));
    assert_eq!(container.networks, ["data", "edge"]);
    assert_eq!(container.ports[0].address, "127.0.0.1");
    // The users alone are a folder in the container: what is in it can change while the server runs.
    let modes: Vec<_> = cache
        .host
        .directories
        .iter()
        .map(|folder| (folder.path.as_str(), folder.mode))
        .collect();
    assert_eq!(
        modes,
        [("/etc/acme/redis/cache", 0o700), ("/etc/acme/redis/cache/users", 0o755)]
    );
    assert!(
        cache
            .file("/etc/acme/redis/cache/users/users.acl")
            .contains("#{{secret:cache_app.previous:sha256}}")
    );
    assert!(has_line(
        cache.file("/etc/acme/redis/cache/redis.conf"),
        "maxmemory 192mb"
    ));
    let BackupWhat::Redis { password, rdb, .. } = &cache.host.backup_sources[0].what else {
        panic!("a Redis source")
    };
    assert_eq!((password.as_str(), rdb.as_str()), ("cache_backup", "/data/dump.rdb"));
}

#[test]
fn old_servers_get_rules_that_they_know() {
    let text = super::access::write(
        &redis("{disable_commands: [\"CONFIG|SET\"]}"),
        &placed("cache", &redis("{}")),
        6,
        false,
    )
    .text;
    assert!(!text.contains("&*") && !text.contains("resetchannels") && !text.contains("sort_ro"));
    assert!(text.contains(" -config\n"), "{text}");
}

#[test]
fn contradictions_are_told() {
    let cases = [
        (
            "{limits: {memory: 2GiB}, settings: {maxmemory: 2gb}}",
            "too-much-memory",
        ),
        ("{limits: {memory: 2GiB}, settings: {maxmemory: 0}}", "too-much-memory"),
        ("{settings: {requirepass: x}}", "derived-setting"),
        ("{version: \"6\"}", "unsupported-version"),
    ];
    for (text, code) in cases {
        assert_eq!(lowered(text, &[]).codes(), [code], "{text}");
    }
    assert_eq!(
        lowered("{limits: {memory: 3GiB}, settings: {maxmemory: 2gb}}", &[]).codes(),
        [""; 0]
    );
}

#[test]
fn clients_are_handed_a_user_and_a_password() {
    let section = redis("{}");
    let endpoint = Endpoint {
        address: "127.0.0.1".into(),
        port: 6379,
        remote: false,
        tunnel: false,
        ..Endpoint::default()
    };
    let connection = section.connect(&placed("cache", &section), &client("api"), &endpoint);
    let (_, url) = connection.parts.iter().find(|(part, _)| *part == "url").unwrap();
    assert_eq!(
        url.write(str::to_owned, Encoding::Env),
        "redis://app:{{secret:cache_app:url}}@127.0.0.1:6379"
    );
    assert_eq!(connection.after, ["redis-server.service"]);
}
