use crate::kind::fixture::{Lowered, client, lower, neighbour, placed, remote};
use crate::kind::{Client, Endpoint, Kind as _, Role};
use crate::manifest::services::Postgres;
use crate::site::{BackupWhat, EnabledUnit, Mount, Repository, order};

fn postgres(text: &str) -> Postgres {
    serde_yaml::from_str(text).unwrap()
}

fn lowered(text: &str, clients: &[Client]) -> Lowered {
    lower("db", &postgres(text), clients)
}

const CONF: &str = "/etc/postgresql/15/main/conf.d/acme.conf";
const HBA: &str = "/etc/postgresql/15/main/pg_hba.conf";
const ROLES: &str = "/etc/acme/postgres/db/roles.sql";

fn has_line(text: &str, line: &str) -> bool {
    text.lines()
        .any(|other| other.split_whitespace().eq(line.split_whitespace()))
}

#[test]
fn a_native_server_is_sized_by_its_limits() {
    let db = lowered(
        "{limits: {memory: 2GiB, cpus: 2}, databases: {acme: {extensions: [pg_trgm]}}}",
        &[client("api")],
    );
    assert_eq!(db.codes(), [""; 0]);
    let conf = db.file(CONF);
    for line in [
        "listen_addresses = 'localhost'",
        "port = '5432'",
        "max_connections = '100'",
        "shared_buffers = '512MB'",
        "effective_cache_size = '1536MB'",
        "maintenance_work_mem = '128MB'",
        "max_wal_size = '4GB'",
        "password_encryption = 'scram-sha-256'",
        "timezone = 'Europe/Paris'",
        "ssl = 'on'",
    ] {
        assert!(has_line(conf, line), "{line} in\n{conf}");
    }
    let drop_in = db.file("/etc/systemd/system/postgresql@15-main.service.d/acme.conf");
    assert!(drop_in.contains("MemoryMax=2147483648\nCPUQuota=200%\n"));
    assert!(db.host.enabled.contains(&EnabledUnit {
        name: "postgresql@15-main.service".into(),
        order: order::DATABASE
    }));
    assert_eq!(db.host.packages[0].name, "postgresql-15");
    assert_eq!(db.host.packages[0].repository, None);
    assert!(db.host.before_packages[0].content.contains("--data-checksums"));
}

#[test]
fn another_version_comes_from_the_project_itself() {
    let db = lowered(
        "{version: \"17\", databases: {acme: {extensions: [postgis, vector]}}}",
        &[],
    );
    let packages: Vec<&str> = db
        .host
        .packages
        .iter()
        .filter(|package| package.repository == Some(Repository::Postgresql))
        .map(|package| package.name.as_str())
        .collect();
    assert_eq!(
        packages,
        ["postgresql-17", "postgresql-17-postgis-3", "postgresql-17-pgvector"]
    );
}

#[test]
fn raw_settings_have_the_last_word_and_stay_values() {
    let db = lowered(
        "{settings: {max_connections: 150, jit: true, search_path: \"a'b\", auto_explain: {log_min_duration: 3s}}}",
        &[],
    );
    let conf = db.file(CONF);
    assert!(has_line(conf, "max_connections = '150'") && !has_line(conf, "max_connections = '100'"));
    assert!(has_line(conf, "jit = 'on'"));
    assert!(has_line(conf, "search_path = 'a''b'"));
    assert!(has_line(conf, "auto_explain.log_min_duration = '3s'"));
}

#[test]
fn only_the_paths_of_clients_are_open() {
    let container = Client {
        from: vec!["172.30.0.0/24".parse().unwrap()],
        role: Role::ReadOnly,
        ..client("report")
    };
    let db = lowered("{databases: {acme: {}}}", &[client("api"), remote("shop"), container]);
    assert!(has_line(
        db.file(CONF),
        "listen_addresses = 'localhost, 10.0.0.2, 172.30.0.1'"
    ));
    let hba = db.file(HBA);
    assert!(has_line(hba, "local \"acme\" \"acme_app\" scram-sha-256"));
    assert!(has_line(hba, "host \"acme\" \"acme_app\" 127.0.0.1/32 scram-sha-256"));
    assert!(has_line(hba, "hostssl \"acme\" \"acme_app\" 10.0.0.5/32 scram-sha-256"));
    assert!(has_line(
        hba,
        "host \"acme\" \"acme_readonly\" 172.30.0.0/24 scram-sha-256"
    ));
    assert!(hba.ends_with("reject\n"));
    assert!(!hba.contains("0.0.0.0") && !hba.contains("trust") && !hba.contains("md5"));
    assert!(
        db.file("/etc/sysctl.d/60-acme-nonlocal.conf")
            .contains("ip_nonlocal_bind = 1")
    );
}

#[test]
fn tls_is_asked_for_where_the_manifest_says_so() {
    let db = lowered("{tls: required, databases: {acme: {}}}", &[client("api")]);
    assert!(has_line(
        db.file(HBA),
        "hostssl \"acme\" \"acme_app\" 127.0.0.1/32 scram-sha-256"
    ));
}

#[test]
fn roles_have_no_more_rights_than_their_clients_need() {
    let owner = Client {
        role: Role::Owner,
        ..client("migrations")
    };
    let db = lowered("{databases: {acme: {extensions: [pg_trgm]}}}", &[client("api"), owner]);
    let sql = db.file(ROLES);
    for line in [
        "ALTER ROLE \"acme\" WITH NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD NULL;",
        "CONNECTION LIMIT 30 PASSWORD '{{secret:db_acme_app:sql}}';",
        "ALTER ROLE \"acme_owner\" IN DATABASE \"acme\" SET role = 'acme';",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
        "CREATE EXTENSION IF NOT EXISTS \"pg_trgm\";",
        "ALTER DEFAULT PRIVILEGES FOR ROLE \"acme\" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO \"acme_app\";",
    ] {
        assert!(has_line(sql, line), "{line} in\n{sql}");
    }
    assert!(!sql.contains("GRANT ALL"));
    assert_eq!(db.secrets, ["db_acme_app", "db_acme_owner"]);
    let file = db.host.files.iter().find(|file| file.path == ROLES).unwrap();
    assert_eq!((file.mode, file.actions[0].as_str()), (0o600, "roles-db"));
    assert!(
        db.action("roles-db")
            .ends_with("--file - </etc/acme/postgres/db/roles.sql")
    );
}

#[test]
fn in_a_container_roles_are_made_before_the_others_start() {
    let db = lowered(
        "{version: \"15\", runtime: container, limits: {memory: 1GiB}, databases: {acme: {}}}",
        &[neighbour("api")],
    );
    assert_eq!(db.codes(), [""; 0]);
    let container = &db.host.containers[0];
    assert_eq!(container.image, "postgres:15");
    assert_eq!(container.networks, ["data"]);
    assert!(container.ports.is_empty() && container.read_only && container.capabilities.is_empty());
    assert!(container.mounts.contains(&Mount::Volume {
        name: "db-data".into(),
        target: "/var/lib/postgresql/data".into()
    }));
    assert_eq!(
        container.secrets,
        [("postgres_password".to_owned(), "db_postgres".to_owned())]
    );
    assert!(has_line(
        db.file("/etc/acme/postgres/db/pg_hba.conf"),
        "host \"acme\" \"acme_app\" samenet scram-sha-256"
    ));
    assert!(has_line(
        db.file("/etc/acme/postgres/db/postgresql.conf"),
        "listen_addresses = '*'"
    ));
    let order = |name: &str| db.host.actions.iter().find(|action| action.name == name).unwrap().order;
    assert!(order("postgres-db") < order("roles-db") && order("roles-db") < order::CONTAINERS);
    assert_eq!(db.host.directories[0].mode, 0o700);
}

#[test]
fn processes_of_the_host_come_to_a_container_over_loopback() {
    let db = lowered("{runtime: container, databases: {acme: {}}}", &[client("api")]);
    let container = &db.host.containers[0];
    assert_eq!(container.ports[0].address, "127.0.0.1");
    assert_eq!(container.networks, ["data", "edge"]);
}

#[test]
fn backups_take_the_databases_that_are_asked_for() {
    let db = lowered(
        "{databases: {acme: {}, scratch: {}}, backup: {databases: [\"ac*\"]}}",
        &[],
    );
    let names: Vec<&str> = db
        .host
        .backup_sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(names, ["db/acme", "db/globals"]);
    assert!(
        matches!(&db.host.backup_sources[0].what, BackupWhat::PostgresDatabase { database, .. } if database == "acme")
    );
    assert!(
        lowered("{databases: {acme: {}}, backup: false}", &[])
            .host
            .backup_sources
            .is_empty()
    );
}

#[test]
fn contradictions_are_told() {
    let many = Client {
        pool: Some(50),
        ..client("api")
    };
    let cases = [
        (
            "{databases: {acme: {}}, settings: {max_connections: 100}}",
            many.clone(),
            "too-few-connections",
        ),
        (
            "{databases: {acme: {}}, settings: {listen_addresses: \"*\"}}",
            client("api"),
            "derived-setting",
        ),
        (
            "{version: \"9.6\", databases: {acme: {}}}",
            client("api"),
            "unsupported-version",
        ),
        ("{databases: {postgres: {}}}", client("api"), "reserved-name"),
        ("{databases: {acme: {owner: acme_app}}}", client("api"), "role-conflict"),
        ("{databases: {acme: {}, wiki: {}}}", client("api"), "which-database"),
        (
            "{databases: {acme: {}}}",
            Client {
                database: Some("wiki".into()),
                ..client("api")
            },
            "unknown-database",
        ),
        (
            "{runtime: container, databases: {acme: {}}}",
            remote("api"),
            "no-tls-in-container",
        ),
        (
            "{runtime: container, databases: {acme: {extensions: [vector]}}}",
            client("api"),
            "extension-not-in-image",
        ),
    ];
    for (text, client, code) in cases {
        let found = lowered(text, &[client]).found;
        assert_eq!(
            found.iter().map(|found| found.code).collect::<Vec<_>>(),
            [code],
            "{text}"
        );
        assert!(
            found
                .iter()
                .all(|found| !found.help.is_empty() && !found.why.is_empty() && !found.labels.is_empty())
        );
    }
    let enough = Client {
        pool: Some(45),
        ..client("api")
    };
    assert_eq!(
        lowered("{databases: {acme: {}}, settings: {max_connections: 100}}", &[enough]).codes(),
        [""; 0]
    );
}

#[test]
fn clients_are_handed_an_address_with_the_password_encoded() {
    let section = postgres("{databases: {acme: {}}}");
    let endpoint = Endpoint {
        address: "2001:db8::2".into(),
        port: 5432,
        remote: true,
        tunnel: false,
        ..Endpoint::default()
    };
    let connection = section.connect(&placed("db", &section), &remote("api"), &endpoint);
    let part = |name: &str| {
        let (_, text) = connection.parts.iter().find(|(part, _)| *part == name).unwrap();
        text.write(str::to_owned, crate::site::Encoding::Env)
    };
    assert_eq!(
        part("url"),
        "postgresql://acme_app:{{secret:db_acme_app:url}}@[2001:db8::2]:5432/acme?sslmode=require"
    );
    assert_eq!(part("password"), "{{secret:db_acme_app:env}}");
    assert_eq!(connection.exports, [("DATABASE_URL".to_owned(), "url")]);
    assert!(connection.after.is_empty());
    let local = Endpoint {
        address: "127.0.0.1".into(),
        port: 5432,
        remote: false,
        tunnel: false,
        ..Endpoint::default()
    };
    let connection = section.connect(&placed("db", &section), &client("api"), &local);
    assert_eq!(connection.after, ["postgresql.service"]);
}
