//! Kind `postgres`: a PostgreSQL server with its databases and roles.
//!
//! Each database has an owner that nobody logs in as, and logins with no more rights than their clients need: `NAME_app`
//! reads and writes rows, `NAME_owner` changes the schema, `NAME_readonly` reads.

mod access;
mod container;
mod native;
mod refuse;
mod replication;
mod roles;
mod settings;
mod sizing;
#[cfg(test)]
mod tests;

use super::{Client, Connection, Endpoint, Kind, Lowering, Placed, ProcessWish, Runtime, server};
use crate::manifest::services::{Common, Postgres, PostgresTls};
use crate::site::{Access, BackupSource, BackupWhat, Os, Replication, Text};

const SET: &str = "postgres";

impl Kind for Postgres {
    fn common(&self) -> &Common {
        &self.common
    }

    fn runtime(&self) -> Runtime {
        server::runtime(self.runtime, self.external.is_some())
    }

    fn protocol(&self) -> &'static str {
        "postgres"
    }

    fn has_roles(&self) -> bool {
        self.external.is_none()
    }

    fn is_stateful(&self) -> bool {
        self.external.is_none()
    }

    fn is_external(&self) -> bool {
        self.external.is_some()
    }

    fn replication(&self, service: &Placed) -> Option<Replication> {
        replication::of(self, service)
    }

    fn processes(&self) -> Vec<ProcessWish> {
        server::processes(self.port, 5432, self.limits, self.external.is_some())
    }

    fn image(&self) -> Option<String> {
        (self.runtime() == Runtime::Container).then(|| container::image(self))
    }

    fn version(&self, os: Os) -> Option<u32> {
        match self.runtime() {
            Runtime::Native => Some(self.major(packaged(os))),
            Runtime::Container => Some(self.major(container::VERSION)),
            Runtime::Systemd | Runtime::None => None,
        }
    }

    fn connect(&self, service: &Placed, client: &Client, endpoint: &Endpoint) -> Connection {
        let database = client
            .database
            .clone()
            .or_else(|| self.databases.keys().next().map(ToString::to_string))
            .unwrap_or_default();
        let (host, port, user, password, ssl) = match &self.external {
            Some(external) => (
                external.host.to_string(),
                external.port.map_or(5432, |port| port.get()),
                self.user.as_ref().map_or_else(|| database.clone(), ToString::to_string),
                self.password.as_ref().map(|password| password.secret.to_string()),
                self.tls != Some(PostgresTls::Off),
            ),
            None => (
                endpoint.address.clone(),
                endpoint.port,
                roles::login(&database, client.role),
                Some(roles::secret(&service.name, &database, client.role)),
                self.is_encrypted(endpoint.remote, endpoint.tunnel),
            ),
        };
        let mut url = Text::literal(format!("postgresql://{user}"));
        if let Some(secret) = &password {
            url = url.and(":").and_secret(secret, crate::site::Encoding::Url);
        }
        // Without a certificate authority that both sides know, encryption is what can be asked for.
        let query = if ssl { "?sslmode=require" } else { "" };
        url = url.and(format!("@{}/{database}{query}", server::authority(&host, port)));
        let mut parts = vec![
            ("url", url),
            ("host", Text::literal(host)),
            ("port", Text::literal(port.to_string())),
            ("database", Text::literal(database)),
            ("user", Text::literal(user)),
        ];
        parts.extend(password.map(|secret| ("password", Text::secret(secret))));
        let native = service.runtime == Runtime::Native && !endpoint.remote && client.network.is_none();
        if native {
            parts.push(("socket", Text::literal("/run/postgresql")));
        }
        Connection {
            parts,
            exports: vec![("DATABASE_URL".to_owned(), "url")],
            after: server::after(service, client, "postgresql.service"),
            depends_on: client.network.as_ref().map(|_| (service.name.clone(), true)),
            ..Connection::default()
        }
    }

    fn lower(&self, lowering: &mut Lowering<'_>) {
        if self.external.is_some() {
            if self.replication.is_some() {
                replication::contradictions(self, lowering);
            }
            return;
        }
        refuse::contradictions(self, lowering);
        match lowering.service.runtime {
            Runtime::Container => container::lower(self, lowering),
            _ => native::lower(self, lowering),
        }
    }
}

impl Postgres {
    /// Whether clients must use TLS: where the path leaves the host, unless the manifest says otherwise. The image has no
    /// certificate, and needs none where a tunnel encrypts.
    fn is_encrypted(&self, remote: bool, tunnel: bool) -> bool {
        match self.tls {
            Some(PostgresTls::Required) => true,
            Some(PostgresTls::Optional | PostgresTls::Off) => false,
            None => remote && !(tunnel && self.runtime() == Runtime::Container),
        }
    }

    /// The major version: the manifest's, or another.
    fn major(&self, default: u32) -> u32 {
        self.version
            .as_ref()
            .and_then(|version| version.major().parse().ok())
            .unwrap_or(default)
    }
}

/// The major version that a distribution has.
fn packaged(os: Os) -> u32 {
    match os {
        Os::Ubuntu2204 => 14,
        Os::Debian12 => 15,
        Os::Ubuntu2404 => 16,
        Os::Debian13 => 17,
    }
}

/// What is saved: each database on its own, and the roles.
fn backups(postgres: &Postgres, access: &Access, lowering: &mut Lowering<'_>, host: &str) {
    let Some(wanted) = postgres.backup.on() else { return };
    let service = lowering.service.clone();
    let source = |name: String, origin, what| BackupSource {
        name,
        service: service.name.clone(),
        origin,
        what,
    };
    let mut sources = Vec::new();
    for database in postgres.databases.keys() {
        if wanted.databases.is_empty()
            || wanted
                .databases
                .iter()
                .any(|pattern| pattern.matches(database.as_str()))
        {
            let origin = service.origin.child("databases").child(database.as_str());
            let what = BackupWhat::PostgresDatabase {
                access: access.clone(),
                database: database.to_string(),
            };
            sources.push(source(format!("{}/{database}", service.name), origin, what));
        }
    }
    let what = BackupWhat::PostgresGlobals { access: access.clone() };
    sources.push(source(
        format!("{}/globals", service.name),
        service.origin.clone(),
        what,
    ));
    lowering.host(host).backup_sources.extend(sources);
}
