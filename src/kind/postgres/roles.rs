//! `roles.sql`: roles, databases, rights and extensions, written so that it can run again and again.

use serde::Serialize;

use super::replication::{Members, ROLE};
use super::sizing::POOL;
use crate::kind::{Client, Role};
use crate::manifest::services::Postgres;
use crate::render::escape::{sql, sql_identifier};
use crate::render::{Language, Rendered, render};
use crate::site::{Encoding, Pointer, placeholder};

/// A role that somebody logs in as.
#[derive(Debug, Clone)]
pub(super) struct Login<'a> {
    pub(super) name: String,
    pub(super) database: String,
    pub(super) role: Role,
    pub(super) secret: String,
    pub(super) clients: Vec<&'a Client>,
}

/// Name of the role that a client logs in as.
pub(super) fn login(database: &str, role: Role) -> String {
    format!("{database}_{}", suffix(role))
}

/// Name of the secret with its password.
pub(super) fn secret(service: &str, database: &str, role: Role) -> String {
    format!("{service}_{database}_{}", suffix(role)).replace('-', "_")
}

fn suffix(role: Role) -> &'static str {
    match role {
        Role::App => "app",
        Role::Owner => "owner",
        Role::ReadOnly => "readonly",
    }
}

/// Every database has its application's login; the others are made for clients that ask for them.
pub(super) fn logins<'a>(postgres: &Postgres, service: &str, clients: &'a [Client]) -> Vec<Login<'a>> {
    let only = postgres.databases.keys().next();
    let mut logins = Vec::new();
    for database in postgres.databases.keys() {
        for role in [Role::App, Role::Owner, Role::ReadOnly] {
            let uses = |client: &&Client| {
                let named = client.database.as_deref().or(only.map(|name| name.as_str()));
                client.role == role && named == Some(database.as_str())
            };
            let clients: Vec<&Client> = clients.iter().filter(uses).collect();
            if role == Role::App || !clients.is_empty() {
                let (name, secret) = (login(database.as_str(), role), secret(service, database.as_str(), role));
                logins.push(Login {
                    name,
                    database: database.to_string(),
                    role,
                    secret,
                    clients,
                });
            }
        }
    }
    logins
}

impl Login<'_> {
    /// Connections that its clients' pools open together.
    pub(super) fn demand(&self) -> u32 {
        self.clients
            .iter()
            .map(|client| client.instances.saturating_mul(client.pool.unwrap_or(POOL)))
            .fold(0, u32::saturating_add)
    }

    /// Half as many again, for instances that are being replaced and for jobs; one login never takes all there are.
    fn limit(&self, max_connections: u32) -> u32 {
        let demand = self.demand();
        demand
            .saturating_add((demand / 2).max(POOL))
            .min(max_connections.saturating_sub(5))
            .max(1)
    }
}

#[derive(Serialize)]
struct View {
    origin: Pointer,
    owners: Vec<RoleView>,
    logins: Vec<LoginView>,
    databases: Vec<DatabaseView>,
    standbys: Option<StandbysView>,
}

/// Who replicates.
#[derive(Serialize)]
struct StandbysView {
    origin: Pointer,
    identifier: String,
    create: String,
    name: &'static str,
    limit: usize,
    password: String,
    slots: Vec<String>,
    /// All of them, between commas.
    listed: String,
}

#[derive(Serialize)]
struct RoleView {
    identifier: String,
    create: String,
    name: String,
}

#[derive(Serialize)]
struct LoginView {
    origin: Pointer,
    identifier: String,
    create: String,
    name: String,
    limit: u32,
    password: String,
}

#[derive(Serialize)]
struct DatabaseView {
    origin: Pointer,
    identifier: String,
    create: String,
    name: String,
    owner: String,
    owner_name: String,
    /// Logins by what they may do, as identifiers.
    all: String,
    owners: Vec<String>,
    readers: Vec<Reader>,
    extensions: Vec<String>,
}

/// A login and its rights on what others make.
#[derive(Serialize)]
struct Reader {
    identifier: String,
    name: String,
    tables: &'static str,
    sequences: &'static str,
}

/// `members` are the copies, and the host that this is for.
pub(super) fn write(
    postgres: &Postgres,
    origin: &Pointer,
    logins: &[Login<'_>],
    max_connections: u32,
    members: Option<(&Members, &str)>,
) -> Rendered {
    let origin_of = |database: &str| origin.child("databases").child(database);
    let owner_of = |name: &str| {
        let own = postgres.databases.iter().find(|(known, _)| known.as_str() == name);
        own.and_then(|(_, database)| database.owner.as_ref())
            .map_or_else(|| name.to_owned(), ToString::to_string)
    };
    let mut owners: Vec<String> = postgres.databases.keys().map(|name| owner_of(name.as_str())).collect();
    owners.sort();
    owners.dedup();
    let databases = postgres.databases.iter().map(|(name, database)| {
        let of_database = || logins.iter().filter(|login| login.database == name.as_str());
        let owner = owner_of(name.as_str());
        DatabaseView {
            origin: origin_of(name.as_str()),
            identifier: sql_identifier(name.as_str()),
            create: format!(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'",
                sql_identifier(name.as_str()),
                sql_identifier(&owner)
            ),
            name: name.to_string(),
            owner: sql_identifier(&owner),
            owner_name: owner,
            all: of_database().map(|login| sql_identifier(&login.name)).collect::<Vec<_>>().join(", "),
            owners: of_database().filter(|login| login.role == Role::Owner).map(|login| sql_identifier(&login.name)).collect(),
            readers: of_database().filter(|login| login.role != Role::Owner).map(reader).collect(),
            extensions: database.extensions.iter().map(|extension| sql_identifier(extension.as_str())).collect(),
        }
    });
    let view = View {
        origin: origin.clone(),
        owners: owners
            .iter()
            .map(|name| RoleView {
                identifier: sql_identifier(name),
                create: create(name),
                name: name.clone(),
            })
            .collect(),
        logins: logins
            .iter()
            .map(|login| LoginView {
                origin: origin_of(&login.database),
                identifier: sql_identifier(&login.name),
                create: create(&login.name),
                name: login.name.clone(),
                limit: login.limit(max_connections),
                password: format!("'{}'", placeholder(&login.secret, Encoding::Sql)),
            })
            .collect(),
        databases: databases.collect(),
        standbys: members.map(|(members, host)| standbys(members, host)),
    };
    render(Language::Sql, "postgres/roles", include_str!("roles.sql.hbs"), &view)
}

fn standbys(members: &Members, host: &str) -> StandbysView {
    let slots: Vec<String> = members.others(host).map(|other| sql(&other.slot)).collect();
    StandbysView {
        origin: members.origin.clone(),
        identifier: sql_identifier(ROLE),
        create: create(ROLE),
        name: ROLE,
        // Each follows, may be copied anew meanwhile, and asks how the others are.
        limit: members.all.len() * 4,
        password: format!("'{}'", placeholder(&members.secret, Encoding::Sql)),
        listed: slots.join(", "),
        slots,
    }
}

fn create(name: &str) -> String {
    format!("CREATE ROLE {} NOLOGIN", sql_identifier(name))
}

fn reader(login: &Login<'_>) -> Reader {
    let (tables, sequences) = match login.role {
        Role::ReadOnly => ("SELECT", "SELECT"),
        Role::App | Role::Owner => ("SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT"),
    };
    Reader {
        identifier: sql_identifier(&login.name),
        name: sql(&login.name),
        tables,
        sequences,
    }
}
