use crate::kind::fixture::{Lowered, client, lower_on, placed};
use crate::kind::{Endpoint, Kind as _, PlacedInstance};
use crate::manifest::services::Redis;
use crate::site::{Check, Encoding};

const HOSTS: [(&str, &str); 3] = [("vps", "10.0.0.2/24"), ("vps2", "10.0.0.3/24"), ("vps3", "10.0.0.4/24")];
const TEXT: &str = "{version: \"7\", runtime: container, limits: {memory: 256MiB}, sentinel: {}}";

fn redis(text: &str) -> Redis {
    serde_yaml::from_str(text).unwrap()
}

fn lowered(text: &str) -> [Lowered; 3] {
    let all = lower_on("cache", &redis(text), &HOSTS, &[client("api")]);
    all.try_into().unwrap_or_else(|_| panic!("three hosts"))
}

fn has_line(text: &str, line: &str) -> bool {
    text.lines().any(|other| other == line)
}

#[test]
fn no_file_says_who_the_master_is() {
    let [first, second, _] = lowered(TEXT);
    assert_eq!(first.codes(), [""; 0]);
    for (member, address) in [(&first, "10.0.0.2"), (&second, "10.0.0.3")] {
        let conf = member.file("/etc/acme/redis/cache/redis.conf");
        assert!(!conf.contains("replicaof"));
        for line in [
            format!("bind 127.0.0.1 {address}"),
            format!("replica-announce-ip {address}"),
            "masteruser replica".to_owned(),
            "masterauth \"{{secret:cache_replica:conf}}\"".to_owned(),
            "min-replicas-to-write 1".to_owned(),
        ] {
            assert!(has_line(conf, &line), "{line} in\n{conf}");
        }
        let server = &member.host.containers[0];
        assert_eq!(server.entrypoint, ["/etc/redis/start", "server"]);
        assert!(server.host_network && server.ports.is_empty() && server.networks.is_empty());
    }
}

#[test]
fn sentinels_begin_alike_and_log_in_with_few_rights() {
    let [first, _, third] = lowered(TEXT);
    let conf = third.file("/etc/acme/redis/cache/sentinel.conf");
    for line in [
        "sentinel monitor cache 10.0.0.2 6379 2",
        "sentinel announce-ip 10.0.0.4",
        "sentinel down-after-milliseconds cache 5000",
        "sentinel auth-pass cache \"{{secret:cache_sentinel:conf}}\"",
    ] {
        assert!(has_line(conf, line), "{line} in\n{conf}");
    }
    let acl = first.file("/etc/acme/redis/cache/users/users.acl");
    assert!(acl.contains(
        "\nuser replica on #{{secret:cache_replica:sha256}} #{{secret:cache_replica.previous:sha256}} resetkeys resetchannels -@all +psync +replconf +ping\n"
    ));
    assert_eq!(first.secrets, third.secrets);
    assert!(
        first
            .host
            .probes
            .iter()
            .any(|probe| matches!(&probe.check, Check::State(command) if command.contains("sentinel ckquorum cache")))
    );
}

#[test]
fn exactly_the_other_members_may_come() {
    let [first, ..] = lowered(TEXT);
    let openings: Vec<String> = first
        .host
        .openings
        .iter()
        .map(|opening| format!("{} {}", opening.from[0], opening.ports.0))
        .collect();
    assert_eq!(openings.len(), 4);
    assert!(
        openings
            .iter()
            .all(|from| from.starts_with("10.0.0.3/32") || from.starts_with("10.0.0.4/32"))
    );
}

#[test]
fn clients_are_told_where_to_ask() {
    let section = redis(TEXT);
    let mut service = placed("cache", &section);
    service.hosts = HOSTS.map(|(host, _)| host.to_owned()).into();
    let mut sentinel = service.processes[0].clone();
    sentinel.name = "sentinel".into();
    let port = sentinel.instances[0]
        .port
        .map(|port| crate::kind::InstancePort { host: 26379, ..port });
    sentinel.instances = HOSTS
        .map(|(host, _)| PlacedInstance {
            host: host.into(),
            ordinal: 1,
            here: 1,
            port,
        })
        .into();
    service.processes.push(sentinel);
    let endpoint = Endpoint {
        members: [("vps", "10.0.0.2"), ("vps3", "fd00::4")]
            .map(|(host, at)| (host.into(), at.into()))
            .into(),
        ..Endpoint::default()
    };
    let connection = section.connect(&service, &client("api"), &endpoint);
    let exported: Vec<(&str, String)> = connection
        .exports
        .iter()
        .map(|(name, part)| {
            let (_, text) = connection.parts.iter().find(|(known, _)| known == part).unwrap();
            (name.as_str(), text.write(str::to_owned, Encoding::Env))
        })
        .collect();
    assert_eq!(
        exported,
        [
            ("REDIS_SENTINELS", "10.0.0.2:26379,[fd00::4]:26379".to_owned()),
            ("REDIS_SENTINEL_NAME", "cache".to_owned()),
            ("REDIS_USERNAME", "app".to_owned()),
            ("REDIS_PASSWORD", "{{secret:cache_app:env}}".to_owned()),
        ]
    );
}

#[test]
fn what_cannot_fail_over_is_refused() {
    let cases = [
        ("{runtime: container, sentinel: {}}", 2, "too-few-sentinels"),
        ("{runtime: container, sentinel: {quorum: 4}}", 3, "too-few-sentinels"),
        ("{sentinel: {}}", 3, "not-built"),
        ("{runtime: container}", 3, "not-replicated"),
        (
            "{runtime: container, sentinel: {}, settings: {replicaof: x}}",
            3,
            "derived-setting",
        ),
    ];
    for (text, hosts, code) in cases {
        let all = lower_on("cache", &redis(text), &HOSTS[..hosts], &[]);
        assert_eq!(all[0].codes(), [code], "{text}");
    }
}
