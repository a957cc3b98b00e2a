//! Who may log in from where, and what each role may do.

use std::collections::BTreeSet;

use ipnet::IpNet;
use serde::Serialize;

use super::super::{Lowering, Role};
use super::{PASSWORD, login, secret};
use crate::manifest::services::{Postgres, PostgresTls};
use crate::render::escape::{sql, sql_identifier};
use crate::render::{Language, Rendered, render};
use crate::site::{Encoding, Pointer, placeholder};

/// `roles.sql`, and what `pg_hba.conf` lets in.
pub(super) struct Roles {
    pub(super) sql: Rendered,
    pub(super) hba: Rendered,
}

#[derive(Serialize)]
struct SqlView {
    databases: Vec<DatabaseView>,
}

/// Every text in it is quoted already.
#[derive(Serialize)]
struct DatabaseView {
    origin: Pointer,
    name: String,
    name_text: String,
    owner: String,
    owner_text: String,
    extensions: Vec<String>,
    logins: Vec<LoginView>,
}

#[derive(Serialize)]
struct LoginView {
    name: String,
    text: String,
    password: String,
    is_app: bool,
    is_owner: bool,
}

#[derive(Serialize)]
struct HbaView {
    local: &'static str,
    lines: Vec<HbaLine>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct HbaLine {
    origin: Pointer,
    kind: &'static str,
    database: String,
    user: String,
    network: String,
}

pub(super) fn roles(section: &Postgres, lowering: &mut Lowering<'_>, host: &str) -> Roles {
    Roles {
        sql: statements(section, lowering, host),
        hba: lines(section, lowering),
    }
}

/// The roles that clients of a database log in as; the application's exists in any case.
fn roles_of(section: &Postgres, lowering: &Lowering<'_>, database: &str) -> BTreeSet<Role> {
    let first = section.databases.keys().next().map(|name| name.as_str());
    let uses = lowering
        .clients
        .iter()
        .filter(|client| client.database.as_deref().or(first) == Some(database));
    uses.map(|client| client.role).chain([Role::App]).collect()
}

fn statements(section: &Postgres, lowering: &mut Lowering<'_>, host: &str) -> Rendered {
    let service = lowering.service.name.clone();
    let origin = lowering.service.origin.child("databases");
    let mut databases = Vec::new();
    for (name, database) in &section.databases {
        let origin = origin.child(name.as_str());
        let owner = database
            .owner
            .as_ref()
            .map_or_else(|| name.to_string(), ToString::to_string);
        let mut logins = Vec::new();
        for role in roles_of(section, lowering, name.as_str()) {
            let login = login(name.as_str(), role);
            let password = secret(&service, &login);
            lowering.generated(&password, PASSWORD, &origin, host);
            logins.push(LoginView {
                name: sql_identifier(&login),
                text: sql(&login),
                password: format!("'{}'", placeholder(&password, Encoding::Sql)),
                is_app: role == Role::App,
                is_owner: role == Role::Owner,
            });
        }
        databases.push(DatabaseView {
            origin,
            name: sql_identifier(name.as_str()),
            name_text: sql(name.as_str()),
            owner: sql_identifier(&owner),
            owner_text: sql(&owner),
            extensions: database
                .extensions
                .iter()
                .map(|extension| sql_identifier(extension.as_str()))
                .collect(),
            logins,
        });
    }
    render(
        Language::Sql,
        "postgres/roles.sql",
        include_str!("roles.sql.hbs"),
        &SqlView { databases },
    )
}

fn lines(section: &Postgres, lowering: &Lowering<'_>) -> Rendered {
    let first = section.databases.keys().next().map(ToString::to_string);
    let mut lines = BTreeSet::new();
    for client in lowering.clients {
        let Some(database) = client.database.clone().or_else(|| first.clone()) else {
            continue;
        };
        // Containers of the project share a network whose subnet only Docker knows the members of.
        let networks: Vec<String> = if client.network.is_some() {
            vec!["samenet".into()]
        } else {
            client.from.iter().map(IpNet::to_string).collect()
        };
        for network in networks {
            let remote = client.from.iter().any(|net| !net.addr().is_loopback());
            let encrypted = section.tls == Some(PostgresTls::Required)
                || (remote && section.tls.is_none() && client.network.is_none());
            lines.insert(HbaLine {
                origin: client.origin.clone(),
                kind: if encrypted { "hostssl" } else { "host" },
                user: sql_identifier(&login(&database, client.role)),
                database: sql_identifier(&database),
                network,
            });
        }
    }
    let local = if lowering.service.runtime == super::Runtime::Container {
        "trust"
    } else {
        "peer"
    };
    let view = HbaView {
        local,
        lines: lines.into_iter().collect(),
    };
    render(
        Language::Sql,
        "postgres/pg_hba.conf",
        include_str!("pg_hba.conf.hbs"),
        &view,
    )
}
