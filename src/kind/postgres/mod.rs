//! Kind `postgres`: a PostgreSQL server with roles that can do no more than they need.

mod access;
mod container;
mod native;
mod settings;

use super::{Client, Connection, Endpoint, Kind, Lowering, Placed, PortWish, ProcessWish, Role, Runtime};
use crate::manifest::services::{Common, Postgres, PostgresTls, ServerRuntime};
use crate::site::{Access, BackupSource, BackupWhat, Encoding, Pointer, Text};

/// How passwords of roles are made.
const PASSWORD: &str = "length=32,charset=url-safe";

impl Kind for Postgres {
    fn common(&self) -> &Common {
        &self.common
    }

    fn runtime(&self) -> Runtime {
        match self.runtime {
            _ if self.external.is_some() => Runtime::None,
            ServerRuntime::Native => Runtime::Native,
            ServerRuntime::Container => Runtime::Container,
        }
    }

    fn protocol(&self) -> &'static str {
        "postgres"
    }

    fn is_stateful(&self) -> bool {
        self.external.is_none()
    }

    fn is_external(&self) -> bool {
        self.external.is_some()
    }

    fn processes(&self) -> Vec<ProcessWish> {
        let own = self.port.map(|port| port.get());
        let port = PortWish {
            listen: own.unwrap_or(5432),
            host: own,
        };
        vec![ProcessWish {
            port: self.external.is_none().then_some(port),
            ..ProcessWish::default()
        }]
    }

    fn image(&self) -> Option<String> {
        (self.runtime() == Runtime::Container).then(|| container::image(self))
    }

    fn connect(&self, service: &Placed, client: &Client, endpoint: &Endpoint) -> Connection {
        let database = client
            .database
            .clone()
            .or_else(|| self.databases.keys().next().map(ToString::to_string))
            .unwrap_or_default();
        let (host, port, user, password) = match &self.external {
            Some(external) => (
                external.host.to_string(),
                external.port.map_or(5432, |port| port.get()),
                self.user.as_ref().map(ToString::to_string).unwrap_or_default(),
                self.password.as_ref().map(|password| password.secret.to_string()),
            ),
            None => {
                let user = login(&database, client.role);
                (
                    endpoint.address.clone(),
                    endpoint.port,
                    user.clone(),
                    Some(secret(&service.name, &user)),
                )
            }
        };
        let encrypted = self.external.is_some() || endpoint.remote || self.tls == Some(PostgresTls::Required);
        let mut url = Text::literal(format!("postgresql://{user}:"));
        if let Some(password) = &password {
            url = url.and_secret(password, Encoding::Url);
        }
        let mode = if encrypted { "?sslmode=require" } else { "" };
        let mut parts = vec![
            ("url", url.and(format!("@{}:{port}/{database}{mode}", bracketed(&host)))),
            ("host", Text::literal(host)),
            ("port", Text::literal(port.to_string())),
            ("database", Text::literal(database)),
            ("user", Text::literal(user)),
        ];
        parts.extend(password.map(|password| ("password", Text::secret(password))));
        let native = service.runtime == Runtime::Native && !endpoint.remote && client.network.is_none();
        Connection {
            parts,
            exports: vec![("DATABASE_URL".into(), "url")],
            after: native.then(|| "postgresql.service".to_owned()).into_iter().collect(),
            depends_on: client.network.is_some().then(|| (service.name.clone(), true)),
            ..Connection::default()
        }
    }

    fn lower(&self, lowering: &mut Lowering<'_>) {
        for host in lowering.service.hosts.clone() {
            let roles = access::roles(self, lowering, &host);
            match lowering.service.runtime {
                Runtime::Native => native::lower(self, lowering, &host, &roles),
                Runtime::Container => container::lower(self, lowering, &host, &roles),
                Runtime::Systemd | Runtime::None => {}
            }
        }
    }
}

/// The role that a client logs in as.
fn login(database: &str, role: Role) -> String {
    let suffix = match role {
        Role::App => "app",
        Role::Owner => "owner",
        Role::ReadOnly => "readonly",
    };
    format!("{database}_{suffix}")
}

/// The secret with a login's password.
fn secret(service: &str, login: &str) -> String {
    format!("{}_{login}", service.replace('-', "_"))
}

fn bracketed(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

/// One source for each database that is backed up, and one for roles.
fn backups(section: &Postgres, lowering: &mut Lowering<'_>, host: &str, access: &Access) {
    let service = lowering.service.clone();
    let Some(backup) = section.backup.on() else { return };
    let wanted =
        |name: &str| backup.databases.is_empty() || backup.databases.iter().any(|pattern| pattern.matches(name));
    let source = |name: String, origin: Pointer, what: BackupWhat| BackupSource {
        name,
        service: service.name.clone(),
        origin,
        what,
    };
    let mut sources = vec![source(
        format!("{}/globals", service.name),
        service.origin.clone(),
        BackupWhat::PostgresGlobals { access: access.clone() },
    )];
    for name in section.databases.keys().filter(|name| wanted(name.as_str())) {
        let origin = service.origin.child("databases").child(name.as_str());
        let what = BackupWhat::PostgresDatabase {
            access: access.clone(),
            database: name.to_string(),
        };
        sources.push(source(format!("{}/{name}", service.name), origin, what));
    }
    lowering.host(host).backup_sources.extend(sources);
}
