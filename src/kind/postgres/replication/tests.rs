use crate::kind::fixture::{Lowered, client, lower_on, placed, remote};
use crate::kind::{Endpoint, Kind as _};
use crate::manifest::services::Postgres;
use crate::site::Check;

const HOSTS: [(&str, &str); 3] = [
    ("vps", "10.0.0.2/24"),
    ("vps2", "10.0.0.3/24"),
    ("third-one", "10.0.0.4/24"),
];
const TEXT: &str = "{replication: {mode: streaming}, databases: {acme: {}}}";

fn postgres(text: &str) -> Postgres {
    serde_yaml::from_str(text).unwrap()
}

fn lowered(text: &str) -> [Lowered; 3] {
    let all = lower_on("db", &postgres(text), &HOSTS, &[client("api"), remote("shop")]);
    all.try_into().unwrap_or_else(|_| panic!("three hosts"))
}

fn has_line(text: &str, line: &str) -> bool {
    text.lines()
        .any(|other| other.split_whitespace().eq(line.split_whitespace()))
}

#[test]
fn every_member_lets_exactly_the_others_replicate() {
    let [primary, second, third] = lowered(TEXT);
    assert_eq!(primary.codes(), [""; 0]);
    let addresses = ["10.0.0.2/32", "10.0.0.3/32", "10.0.0.4/32"];
    for (own, member) in [&primary, &second, &third].into_iter().enumerate() {
        let hba = member.file("/etc/postgresql/15/main/pg_hba.conf");
        for (other, address) in addresses.iter().enumerate() {
            let line = format!("hostssl replication \"standby\" {address} scram-sha-256");
            assert_eq!(has_line(hba, &line), own != other, "{line} in\n{hba}");
        }
        let from: Vec<String> = member
            .host
            .openings
            .iter()
            .flat_map(|opening| &opening.from)
            .map(ToString::to_string)
            .collect();
        let others: Vec<&str> = (0..3)
            .filter(|other| *other != own)
            .map(|other| addresses[other])
            .collect();
        assert_eq!(from, others);
    }
    let of_clients = |member: &Lowered| member.file("/etc/postgresql/15/main/pg_hba.conf").contains("acme_app");
    assert!(of_clients(&primary) && !of_clients(&second) && !of_clients(&third));
}

#[test]
fn a_standby_follows_whichever_member_takes_writes() {
    let [primary, second, third] = lowered(TEXT);
    let conf = second.file("/etc/postgresql/15/main/conf.d/acme.conf");
    let conninfo = "primary_conninfo = 'host=10.0.0.2,10.0.0.4 port=5432,5432 user=standby passfile=/etc/acme/postgres/db/passfile sslmode=require application_name=standby_vps2 connect_timeout=5 target_session_attrs=primary'";
    for line in [
        conninfo,
        "primary_slot_name = 'standby_vps2'",
        "listen_addresses = 'localhost, 10.0.0.3'",
        "hot_standby = 'on'",
    ] {
        assert!(has_line(conf, line), "{line} in\n{conf}");
    }
    assert!(
        third
            .file("/etc/postgresql/15/main/conf.d/acme.conf")
            .contains("'standby_third_one'")
    );
    let file = second
        .host
        .files
        .iter()
        .find(|file| file.path.ends_with("/passfile"))
        .unwrap();
    assert_eq!((file.owner.as_str(), file.mode), ("postgres", 0o600));
    assert_eq!(file.content, "*:*:*:standby:{{secret:db_standby:pgpass}}\n");
    let list = third.file("/etc/acme/postgres/db/members.tsv");
    for line in [
        "self third-one",
        "member vps 10.0.0.2 5432",
        "member third-one 10.0.0.4 5432",
        "max_lag 300",
    ] {
        assert!(has_line(list, line), "{line} in\n{list}");
    }
    assert!(
        primary
            .host
            .files
            .iter()
            .any(|file| file.path == "/usr/local/sbin/acme-promote" && file.mode == 0o755)
    );
}

#[test]
fn what_writes_happens_on_the_primary_alone() {
    let [primary, second, _] = lowered(TEXT);
    let sql = primary.file("/etc/acme/postgres/db/roles.sql");
    for line in [
        "ALTER ROLE \"standby\" WITH LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
        "SELECT pg_create_physical_replication_slot('standby_vps2') WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'standby_vps2');",
        "WHERE slot_type = 'physical' AND NOT active AND slot_name LIKE 'standby\\_%' AND slot_name NOT IN ('standby_vps2', 'standby_third_one');",
    ] {
        assert!(has_line(sql, line), "{line} in\n{sql}");
    }
    let names =
        |member: &Lowered| -> Vec<String> { member.host.actions.iter().map(|action| action.name.clone()).collect() };
    assert!(names(&primary).contains(&"roles-db".into()) && !names(&primary).contains(&"postgres-db-join".into()));
    assert!(!names(&second).contains(&"roles-db".into()) && names(&second).contains(&"postgres-db-join".into()));
    assert!(!primary.host.backup_sources.is_empty() && second.host.backup_sources.is_empty());
    // The standby has the passwords for the day when it is the primary.
    assert_eq!(primary.secrets, ["db_acme_app", "db_standby"]);
    assert_eq!(second.secrets, ["db_acme_app", "db_standby"]);
}

#[test]
fn an_installation_asks_first_whether_somebody_promoted() {
    for member in lowered(TEXT) {
        let [precondition] = member.host.preconditions.as_slice() else {
            panic!("one")
        };
        assert_eq!(
            precondition.command,
            "bash \"$STAGED/usr/local/lib/acme/postgres-members\" standby db may-run"
        );
        let drop_in = member.file("/etc/systemd/system/postgresql@15-main.service.d/acme.conf");
        assert!(drop_in.contains("\nExecStartPre=/usr/local/sbin/acme-standby db may-start\n"));
        assert!(
            member
                .host
                .probes
                .iter()
                .any(|probe| matches!(&probe.check, Check::Replication { service, .. } if service == "db"))
        );
    }
}

#[test]
fn a_client_beside_a_standby_goes_to_the_primary() {
    let section = postgres(TEXT);
    let mut service = placed("db", &section);
    service.hosts.push("other".into());
    let replication = section.replication(&service).unwrap();
    assert_eq!((replication.primary.as_str(), replication.encrypted), ("vps", true));
    let endpoint = Endpoint {
        address: "10.0.0.2".into(),
        port: 5432,
        remote: true,
        tunnel: false,
        ..Endpoint::default()
    };
    let connection = section.connect(&service, &remote("shop"), &endpoint);
    assert!(connection.after.is_empty());
    assert!(connection.parts.iter().all(|(part, _)| *part != "socket"));
}

#[test]
fn what_cannot_replicate_is_refused() {
    let cases = [
        (
            "{replication: {mode: streaming}, databases: {acme: {}}}",
            1,
            "no-standby",
        ),
        ("{databases: {acme: {}}}", 2, "not-replicated"),
        (
            "{runtime: container, replication: {mode: streaming}, databases: {acme: {}}}",
            2,
            "no-tls-in-container",
        ),
        (
            "{replication: {mode: streaming}, databases: {acme: {owner: standby}}}",
            2,
            "role-conflict",
        ),
        (
            "{replication: {mode: streaming}, databases: {acme: {}}, settings: {primary_slot_name: mine}}",
            2,
            "derived-setting",
        ),
    ];
    for (text, hosts, code) in cases {
        let all = lower_on("db", &postgres(text), &HOSTS[..hosts], &[]);
        assert_eq!(all[0].codes(), [code], "{text}");
    }
}

#[test]
fn a_container_starts_by_asking_whether_another_was_promoted() {
    let text = "{runtime: container, version: \"15\", tls: off, replication: {mode: streaming}, databases: {acme: {}}}";
    let [primary, second, _] = lowered(text);
    assert_eq!(primary.codes(), [""; 0]);
    for (member, address) in [(&primary, "10.0.0.2"), (&second, "10.0.0.3")] {
        let container = &member.host.containers[0];
        assert_eq!(
            container.entrypoint,
            ["/usr/local/lib/acme/postgres-members", "standby", "db", "start"]
        );
        assert!(
            container
                .ports
                .iter()
                .any(|port| port.address == address && port.host == 5432)
        );
        for line in ["runtime container", "data /var/lib/postgresql/data", "unit db"] {
            assert!(
                has_line(member.file("/etc/acme/postgres/db/members.tsv"), line),
                "{line}"
            );
        }
        assert!(
            member
                .file("/etc/acme/postgres/db/postgresql.conf")
                .contains("target_session_attrs=primary")
        );
    }
    assert!(has_line(
        second.file("/etc/acme/postgres/db/pg_hba.conf"),
        "host replication \"standby\" 10.0.0.2/32 scram-sha-256"
    ));
    let names =
        |member: &Lowered| -> Vec<String> { member.host.actions.iter().map(|action| action.name.clone()).collect() };
    let list = |member: &Lowered| {
        let list = member
            .host
            .files
            .iter()
            .find(|file| file.path.ends_with("/members.tsv"));
        list.map(|file| file.actions.clone()).unwrap_or_default()
    };
    assert_eq!(list(&primary), ["postgres-db"]);
    assert_eq!(list(&second), ["postgres-db-join", "postgres-db"]);
    assert_eq!(names(&primary), ["postgres-db", "roles-db"]);
    assert_eq!(names(&second), ["postgres-db", "postgres-db-join"]);
    let stop = primary.host.probes.iter().find_map(|probe| match &probe.check {
        Check::Replication { stop, .. } => Some(stop.as_str()),
        _ => None,
    });
    assert!(stop.is_some_and(|stop| stop.ends_with("compose.yaml stop db")));
}
