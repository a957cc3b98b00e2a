use super::*;
use crate::site::{Access, BackupSource, Destination, Instance, Keep, Service, fixture};

fn source(name: &str, what: BackupWhat) -> BackupSource {
    let service = name.split('/').next().unwrap();
    BackupSource {
        name: name.into(),
        service: service.into(),
        origin: fixture::at("/services").child(service),
        what,
    }
}

fn destination(name: &str, place: DestinationPlace) -> Destination {
    Destination {
        name: name.into(),
        origin: fixture::at("/backups/to").child(name),
        keep: None,
        place,
        password: "backup_password".into(),
    }
}

fn example() -> (Site, Host) {
    let mut site = fixture::site();
    site.services.push(Service {
        name: "cache".into(),
        origin: fixture::at("/services/cache"),
        kind: "redis",
        runtime: "container",
        hosts: vec!["vps".into()],
        instances: vec![Instance {
            host: "vps".into(),
            handle: "cache".into(),
            port: None,
            memory: None,
            cpus: None,
            stop_first: false,
        }],
        stateful: true,
        release: None,
        migration: None,
        image: None,
        variables: Vec::new(),
        sender: None,
        version: None,
        data: Vec::new(),
        replication: None,
        failover: None,
        configuration: None,
    });
    site.channels = ["ops", "mail", "unused"].map(fixture::channel).into();
    let mut host = fixture::host("vps");
    let native = || Access::Native {
        user: "postgres".into(),
    };
    let mut offsite = destination(
        "offsite",
        DestinationPlace::S3 {
            endpoint: None,
            bucket: "acme-backups".into(),
            region: Some("eu-west-3".into()),
            prefix: "vps".into(),
            access_key_id: "s3.access_key_id".into(),
            secret_access_key: "s3.secret_access_key".into(),
        },
    );
    offsite.keep = Some(Keep {
        daily: 90,
        ..Keep::default()
    });
    host.backup = Some(BackupPlan {
        origin: fixture::at("/backups"),
        schedule: "0 2 * * *".into(),
        keep: Keep {
            daily: 7,
            weekly: 4,
            monthly: 12,
            yearly: 0,
        },
        sources: vec![
            source(
                "secrets",
                BackupWhat::Paths {
                    paths: vec!["/etc/acme/secrets".into()],
                },
            ),
            source(
                "db/acme",
                BackupWhat::PostgresDatabase {
                    access: native(),
                    database: "acme".into(),
                },
            ),
            source("db/globals", BackupWhat::PostgresGlobals { access: native() }),
            source(
                "cache",
                BackupWhat::Redis {
                    access: Access::Container {
                        service: "cache".into(),
                        user: "redis".into(),
                    },
                    port: 6379,
                    password: "cache_backup".into(),
                    rdb: "/data/dump.rdb".into(),
                },
            ),
        ],
        destinations: vec![
            destination("local", DestinationPlace::Path("/var/backups/acme".into())),
            offsite,
        ],
        test_restore: Some("0 5 * * 0".into()),
        notify: vec!["ops".into(), "mail".into()],
        heartbeat: None,
        status_file: "/var/lib/acme/backup-status.json".into(),
    });
    (site, host)
}

fn content<'a>(emission: &'a Emission, path: &str) -> &'a str {
    &emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path == path)
        .expect(path)
        .content
}

#[test]
fn the_plan_is_in_the_order_of_a_restore() {
    let (site, host) = example();
    let emission = emit(&site, &host);
    let plan: Vec<_> = content(&emission, "/etc/acme/backup/plan.tsv")
        .lines()
        .skip(1)
        .collect();
    assert_eq!(
        plan,
        [
            "host\tproduction.vps",
            "status\t/var/lib/acme/backup-status.json",
            "source\tdb/globals\tglobals\t-\tnative postgres",
            "source\tdb/acme\tpostgres\t-\tnative postgres\tacme",
            "source\tcache\tredis\tcontainer:cache\tcontainer redis@cache\t6379\tcache_backup\t/data/dump.rdb",
            "source\tsecrets\tpaths\t-\t-\t/etc/acme/secrets",
            "destination\tlocal\tlocal\t7\t4\t12\t0",
            "destination\toffsite\tremote\t90\t0\t0\t0",
            "notify\tops",
            "notify\tmail",
        ]
    );
}

#[test]
fn credentials_are_placeholders_in_files_of_root() {
    let (site, host) = example();
    let emission = emit(&site, &host);
    let offsite = content(&emission, "/etc/acme/backup/offsite.env");
    for line in [
        "RESTIC_REPOSITORY=\"s3:https://s3.eu-west-3.amazonaws.com/acme-backups/vps\"",
        "RESTIC_PASSWORD_FILE=\"/etc/acme/secrets/backup_password\"",
        "AWS_SECRET_ACCESS_KEY=\"{{secret:s3.secret_access_key:env}}\"",
    ] {
        assert!(offsite.lines().any(|l| l == line), "{line} in\n{offsite}");
    }
    for artifact in emission
        .artifacts
        .iter()
        .filter(|artifact| artifact.path.starts_with("/etc/acme/backup/"))
    {
        assert_eq!(artifact.mode, 0o600, "{}", artifact.path);
    }
}

#[test]
fn a_server_by_sftp_is_only_believed_with_its_key() {
    let (site, mut host) = example();
    host.backup.as_mut().unwrap().destinations = vec![destination(
        "nas",
        DestinationPlace::Sftp {
            host: "nas.example.net".into(),
            port: 2222,
            user: "acme".into(),
            path: "/backups/acme".into(),
            key: "nas_key".into(),
            host_key: "ssh-ed25519 AAAA".into(),
        },
    )];
    let emission = emit(&site, &host);
    assert_eq!(
        content(&emission, "/etc/acme/backup/nas.known_hosts"),
        "[nas.example.net]:2222 ssh-ed25519 AAAA\n"
    );
    assert_eq!(
        content(&emission, "/etc/acme/backup/nas.key"),
        "{{secret:nas_key:pem}}\n"
    );
    let env = content(&emission, "/etc/acme/backup/nas.env");
    assert!(
        env.contains("RESTIC_REPOSITORY=\"sftp:acme@nas.example.net:/backups/acme\"\n"),
        "{env}"
    );
    assert!(
        env.contains("-o StrictHostKeyChecking=yes") && env.contains("-p 2222"),
        "{env}"
    );
    assert!(emission.packages.iter().any(|package| package.name == "openssh-client"));
}

#[test]
fn the_engine_is_the_same_for_every_site() {
    let (site, host) = example();
    let mut other = site.clone();
    other.name = "other".into();
    let engine = |site: &Site| {
        content(
            &emit(site, &host),
            &format!("/usr/local/lib/{}/backup-engine", site.name),
        )
        .to_owned()
    };
    assert_eq!(engine(&site), engine(&other));
    assert_eq!(
        content(&emit(&site, &host), "/usr/local/sbin/acme-restore"),
        "#!/bin/sh\nexec /usr/local/lib/acme/backup-engine restore \"$@\"\n"
    );
    let crontab = emit(&site, &host);
    let crontab = content(&crontab, "/etc/cron.d/acme-backup");
    assert!(crontab.contains("\n0 2 * * * root /usr/local/lib/acme/run-job backup /usr/local/sbin/acme-backup\n"));
    assert!(
        crontab
            .contains("\n0 5 * * 0 root /usr/local/lib/acme/run-job restore-test /usr/local/sbin/acme-restore-test\n")
    );
}
