//! What a section of kind `postgres` cannot mean.

use super::sizing::{POOL, SPARE};
use super::{replication, roles, settings};
use crate::diag::{Diagnostic, listing};
use crate::kind::{Lowering, Runtime, server};
use crate::manifest::services::{Postgres, PostgresTls};

/// Majors that are maintained, or that a supported distribution has.
const VERSIONS: std::ops::RangeInclusive<u32> = 14..=18;

/// Longest name of a database whose logins still fit into PostgreSQL's 63 bytes.
const LONGEST: usize = 63 - "_readonly".len();

pub(super) fn contradictions(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    replication::contradictions(postgres, lowering);
    server::refuse_derived(
        &postgres.settings,
        &[
            ("port", "write `port` beside `kind`"),
            ("listen_addresses", "it follows from who uses the service"),
            ("data_directory", "the package or the volume says where data is"),
            ("config_file", "this file is that one"),
            ("hba_file", "who may connect follows from who uses the service"),
        ],
        lowering,
    );
    version(postgres, lowering);
    names(postgres, lowering);
    clients(postgres, lowering);
    patterns(postgres, lowering);
    connections(postgres, lowering);
    remote_container(postgres, lowering);
}

fn version(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let Some(version) = &postgres.version else { return };
    if version
        .major()
        .parse()
        .is_ok_and(|major: u32| VERSIONS.contains(&major))
    {
        return;
    }
    lowering.found.push(
        Diagnostic::error("unsupported-version", format!("PostgreSQL {version} is not supported"))
            .at(lowering.service.origin.child("version"), "this version")
            .why("Its settings and packages are not known here.")
            .help(format!("write one from {} to {}", VERSIONS.start(), VERSIONS.end())),
    );
}

fn names(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let logins = roles::logins(postgres, &lowering.service.name, &[]);
    for (name, database) in &postgres.databases {
        let origin = lowering.service.origin.child("databases").child(name.as_str());
        let owner = database.owner.as_ref().unwrap_or(name);
        let reserved = |name: &str| name == "postgres" || name.starts_with("pg_") || name.starts_with("template");
        if reserved(name.as_str()) || reserved(owner.as_str()) || name.as_str().len() > LONGEST {
            lowering.found.push(
                Diagnostic::error("reserved-name", format!("`{}` cannot be the name of a database or of its owner", if reserved(name.as_str()) { name } else { owner }))
                    .at_key(&origin, "this database")
                    .why(format!("PostgreSQL keeps `postgres`, `pg_…` and `template…` for itself, and names of logins are made of the database's, which may have {LONGEST} characters."))
                    .help("choose another name"),
            );
        }
        if logins.iter().any(|login| login.name == owner.as_str()) {
            lowering.found.push(
                Diagnostic::error("role-conflict", format!("`{owner}` would be both an owner and a login"))
                    .at_key(&origin, format!("owned by `{owner}`"))
                    .why("The application logs in as NAME_app, which must not own tables: whoever owns a table may drop it.")
                    .help("name the owner otherwise"),
            );
        }
    }
}

fn clients(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let databases = || postgres.databases.keys().map(|name| name.as_str());
    for client in lowering.clients {
        let found = match &client.database {
            Some(name) if databases().any(|known| known == name) => continue,
            Some(name) => Diagnostic::error(
                "unknown-database",
                format!("`{}` has no database `{name}`", lowering.service.name),
            )
            .at(
                client.origin.child("database"),
                "this database is not among its `databases`",
            ),
            None if postgres.databases.len() == 1 => continue,
            None => Diagnostic::error(
                "which-database",
                format!("`{}` has {} databases", lowering.service.name, postgres.databases.len()),
            )
            .at_key(&client.origin, "and this does not say which one is used"),
        };
        let help = match postgres.databases.len() {
            0 => format!(
                "declare one: `databases: {{{}: {{}}}}`",
                lowering.site.name.replace('-', "_")
            ),
            _ => format!(
                "write `{}: {{database: …}}`; there are {}",
                lowering.service.name,
                listing(databases())
            ),
        };
        lowering.found.push(
            found
                .why("The address, the login and its rights depend on the database.")
                .help(help),
        );
    }
}

/// A pattern that matches nothing leaves out of the backups what it was written for.
fn patterns(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let names = || postgres.databases.keys().map(|name| name.as_str());
    let patterns = postgres.backup.on().into_iter().flat_map(|backup| &backup.databases);
    for pattern in patterns.filter(|pattern| !names().any(|name| pattern.matches(name))) {
        let title = format!("no database of `{}` matches `{pattern}`", lowering.service.name);
        lowering.found.push(
            Diagnostic::warning("unknown-database", title)
                .at(
                    lowering.service.origin.child("backup").child("databases"),
                    "these are backed up",
                )
                .why("What it was written for would be left out of the backups.")
                .help(format!("there are {}", listing(names()))),
        );
    }
}

/// Pools that are larger together than the server allows fail at the worst time: under load.
fn connections(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let Some(max) = settings::max_connections(postgres) else {
        return;
    };
    let demand: u32 = lowering
        .clients
        .iter()
        .map(|client| client.instances.saturating_mul(client.pool.unwrap_or(POOL)))
        .fold(0, u32::saturating_add);
    if demand.saturating_add(SPARE) <= max {
        return;
    }
    let mut found = Diagnostic::error(
        "too-few-connections",
        format!(
            "the pools of `{}` are larger together than max_connections",
            lowering.service.name
        ),
    )
    .at(
        lowering.service.origin.child("settings").child("max_connections"),
        format!("{max} connections, and {} are needed", demand + SPARE),
    );
    for client in lowering.clients {
        let pool = client.pool.unwrap_or(POOL);
        found = found.at(
            &client.origin,
            format!("`{}`: {} × {pool} on {}", client.service, client.instances, client.host),
        );
    }
    lowering.found.push(
        found
            .why(format!("{SPARE} connections are for backups, jobs and people; what goes beyond is refused when the site is busiest."))
            .help(format!("write `max_connections: {}` or more, or leave it out", demand + SPARE)),
    );
}

/// The image has no certificate, and the packages of a host have.
fn remote_container(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let tls = postgres.tls == Some(PostgresTls::Required);
    let remote = lowering
        .clients
        .iter()
        .find(|client| !lowering.service.hosts.contains(&client.host) && !client.tunnel);
    let crosses = remote.is_some() && postgres.tls != Some(PostgresTls::Off);
    if lowering.service.runtime != Runtime::Container || !(tls || crosses) {
        return;
    }
    let mut found = Diagnostic::error(
        "no-tls-in-container",
        format!(
            "`{}` in a container has no certificate to encrypt with",
            lowering.service.name
        ),
    )
    .at(lowering.service.origin.child("runtime"), "runs in a container");
    if let Some(client) = remote {
        found = found.at(&client.origin, format!("connects from host `{}`", client.host));
    }
    lowering.found.push(
        found
            .why("Passwords and rows would cross the network in the clear.")
            .help("write `runtime: native`, or give the hosts a `wireguard` network, or `tls: off` where the network between them is encrypted by itself"),
    );
}
