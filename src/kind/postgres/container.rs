//! PostgreSQL in the compose project.

use super::replication::{self, Members};
use super::settings::{self, Place};
use super::sizing::Size;
use super::{SET, access, backups, native, roles};
use crate::diag::Diagnostic;
use crate::kind::Lowering;
use crate::kind::server::{self, Budget, Reached, file};
use crate::manifest::services::Postgres;
use crate::site::{Access, Action, Check, ConfigFile, Container, Healthcheck, Mount, Probe, Rotation, order};

/// The image's user `postgres`.
const USER: &str = "999:999";
/// Major version of the image where the manifest does not say.
pub(super) const VERSION: u32 = 17;

pub(super) fn image(postgres: &Postgres) -> String {
    postgres.version.as_ref().map_or_else(
        || format!("postgres:{VERSION}"),
        |version| format!("postgres:{version}"),
    )
}

pub(super) fn lower(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let Some(primary) = lowering.service.hosts.first().cloned() else {
        return;
    };
    missing_extensions(postgres, lowering);
    let members = Members::new(postgres, lowering);
    let hosts = members.as_ref().map_or_else(
        || vec![primary],
        |members| members.all.iter().map(|member| member.host.clone()).collect(),
    );
    for host in hosts {
        server(postgres, lowering, &host, members.as_ref());
    }
}

/// The server of one host: the only one, or a member of those that replicate.
fn server(postgres: &Postgres, lowering: &mut Lowering<'_>, host: &str, members: Option<&Members>) {
    let service = lowering.service.clone();
    let is_primary = service.hosts.first().is_none_or(|primary| primary == host);
    let (origin, name) = (service.origin.clone(), service.name.clone());
    let site = lowering.site.clone();
    let ports = service
        .processes
        .iter()
        .flat_map(|process| &process.instances)
        .find(|instance| instance.host == host)
        .and_then(|instance| instance.port);
    let (listen, published) = ports.map_or((5432, 5432), |port| (port.listen, port.host));
    let all = lowering.clients.to_vec();
    // Clients come to the primary alone. A standby has their passwords at hand, for the day when it is the primary.
    let clients = if is_primary { all.clone() } else { Vec::new() };
    let logins = roles::logins(postgres, &name, &all);
    let superuser = format!("{name}_postgres").replace('-', "_");
    for secret in logins
        .iter()
        .map(|login| login.secret.as_str())
        .chain([superuser.as_str()])
        .chain(members.map(|members| members.secret.as_str()))
    {
        if is_primary {
            lowering.generated(secret, "length=32,charset=url-safe", &origin, host);
        } else {
            lowering.need(secret, host, &origin);
        }
    }
    lowering.rotates(
        &superuser,
        Rotation::Elsewhere(
            "it counts while the database is first made, and nobody logs in with it: connections by the network are for the \
             services' roles alone"
                .to_owned(),
        ),
    );

    let target = lowering.host(host);
    let major = postgres.major(VERSION);
    let budget = Budget::new(postgres.limits, target, 4);
    let size = Size {
        workers: members.map(Members::workers),
        ..Size::new(postgres, major, budget, target, &logins)
    };
    let started = format!("postgres-{name}");
    let member = replication::Names {
        site: &site.name,
        service: &name,
        origin: &origin,
        runtime: service.runtime,
        unit: &name,
        major,
        port: published,
        listen,
        started: started.clone(),
    };
    let mut own = vec![("hba_file", "/etc/postgresql/pg_hba.conf".to_owned())];
    own.extend(
        members
            .iter()
            .flat_map(|members| members.settings(&member.passfile(), host)),
    );
    let place = Place {
        listen: "*".to_owned(),
        port: listen,
        own,
    };
    let settings = settings::all(postgres, &site, &origin, size, place);
    let conf = settings::write(&settings);
    let here = if is_primary { logins.as_slice() } else { &[] };
    let hba = access::write(postgres, &origin, here, host, true, members);
    let sql = roles::write(
        postgres,
        &origin,
        &logins,
        size.connections(),
        members.map(|members| (members, host)),
    );
    let folder = format!("/etc/{}/postgres/{name}", site.name);
    let filled = format!("roles-{name}");
    let place = |file_name: &str, mode, text, lines, action: &str| ConfigFile {
        lines,
        ..file(SET, format!("{folder}/{file_name}"), mode, text, &origin, &[action])
    };
    target.directories.push(server::closed_folder(folder.clone(), &origin));
    target.files.extend([
        place("postgresql.conf", 0o444, conf.text, conf.lines, &started),
        place("pg_hba.conf", 0o444, hba.text, hba.lines, &started),
    ]);
    let compose = server::compose(&site.name);
    target.actions.push(Action {
        name: started,
        order: order::DATABASE,
        check: None,
        run: Some(format!("{compose} up --detach --quiet-pull --wait {name}")),
        effect: format!("makes the container {name} anew"),
    });
    // What is made on the primary comes over to the standbys.
    if is_primary {
        target
            .files
            .push(place("roles.sql", 0o600, sql.text, sql.lines, &filled));
        // Before the containers that log in: they would not become healthy without their roles.
        target.actions.push(Action {
            name: filled,
            order: order::SCHEMA,
            check: None,
            run: Some(format!(
                "{compose} exec -T {name} psql --no-psqlrc --quiet --tuples-only --output /dev/null --username postgres --port {listen} --set ON_ERROR_STOP=1 --file - <{folder}/roles.sql"
            )),
            effect: "brings roles, databases and rights up to date".to_owned(),
        });
    }
    let mut reached = Reached::new(&clients, host);
    reached.remotely |= members.is_some();
    let (more, entrypoint) = members.map(|_| member.in_image()).unwrap_or_default();
    let container = Container {
        name: name.clone(),
        service: name.clone(),
        origin: origin.clone(),
        image: image(postgres),
        image_variable: None,
        command: vec![
            "postgres".into(),
            "-c".into(),
            "config_file=/etc/postgresql/postgresql.conf".into(),
        ],
        entrypoint,
        environment: vec![
            ("POSTGRES_PASSWORD_FILE".into(), "/run/secrets/postgres_password".into()),
            (
                "POSTGRES_INITDB_ARGS".into(),
                "--data-checksums --encoding=UTF8 --locale=C.UTF-8".into(),
            ),
        ],
        environment_file: None,
        ports: reached.bindings(target, published, listen),
        mounts: vec![
            Mount::Volume {
                name: format!("{name}-data"),
                target: if major >= 18 {
                    "/var/lib/postgresql"
                } else {
                    "/var/lib/postgresql/data"
                }
                .into(),
            },
            bind(&folder, "postgresql.conf"),
            bind(&folder, "pg_hba.conf"),
        ]
        .into_iter()
        .chain(more)
        .collect(),
        networks: reached.networks(),
        host_network: false,
        healthcheck: Some(Healthcheck {
            // Over TCP, which the server of the first start, while it still makes its databases, does not answer.
            command: [
                "pg_isready",
                "--quiet",
                "--host",
                "127.0.0.1",
                "--port",
                &listen.to_string(),
                "--username",
                "postgres",
            ]
            .map(str::to_owned)
            .to_vec(),
            interval: 10,
            timeout: 5,
            start_period: 60,
            retries: 5,
        }),
        depends_on: Vec::new(),
        user: Some(USER.to_owned()),
        read_only: true,
        tmpfs: vec![
            "/tmp:size=64m,mode=1777".into(),
            "/run/postgresql:size=1m,mode=0755,uid=999,gid=999".into(),
        ],
        capabilities: Vec::new(),
        memory: Some(budget.memory),
        cpus: Some(budget.cpus),
        // A process for each connection.
        pids: budget.pids.or(Some(size.connections() + 256)),
        // Parallel queries share memory there.
        shm: Some((budget.memory / 4).max(64 << 20)),
        stop_grace: 90,
        secrets: vec![("postgres_password".into(), superuser)],
        extra_hosts: Vec::new(),
        profile: None,
        settings: serde_json::Map::new(),
    };
    target.containers.push(container);
    target.probes.push(Probe {
        name: name.clone(),
        origin: origin.clone(),
        check: Check::Container(name.clone()),
    });
    if let Some(members) = members {
        members.lower(&member, host, target);
    }
    if is_primary {
        *lowering.configuration = Some(budget.configuration(settings));
        let access = Access::Container {
            service: name,
            user: "postgres".into(),
        };
        backups(postgres, &access, lowering, host);
    }
}

fn bind(folder: &str, file: &str) -> Mount {
    Mount::Bind {
        source: format!("{folder}/{file}"),
        target: format!("/etc/postgresql/{file}"),
        read_only: true,
    }
}

/// The image has PostgreSQL's own extensions only.
fn missing_extensions(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    for (name, database) in &postgres.databases {
        for extension in database
            .extensions
            .iter()
            .filter(|extension| native::extension_package(extension.as_str()).is_some())
        {
            let origin = lowering
                .service
                .origin
                .child("databases")
                .child(name.as_str())
                .child("extensions");
            lowering.found.push(
                Diagnostic::error(
                    "extension-not-in-image",
                    format!("the image `postgres` has no extension `{extension}`"),
                )
                .at(&origin, "this extension")
                .why("It is a package of its own, which the image does not bring.")
                .help("write `runtime: native`"),
            );
        }
    }
}
