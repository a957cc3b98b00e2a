//! Kind `redis`: a Redis server whose users can do no more than they need.

mod container;
mod files;
mod native;

use super::{Client, Connection, Endpoint, Kind, Lowering, Placed, PortWish, ProcessWish, Runtime};
use crate::manifest::services::{Common, Redis, ServerRuntime};
use crate::site::{Access, BackupSource, BackupWhat, Encoding, Text};

const PASSWORD: &str = "length=32,charset=url-safe";

impl Kind for Redis {
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
        "redis"
    }

    fn is_stateful(&self) -> bool {
        self.external.is_none() && self.backup.is_on()
    }

    fn is_external(&self) -> bool {
        self.external.is_some()
    }

    fn processes(&self) -> Vec<ProcessWish> {
        let own = self.port.map(|port| port.get());
        let port = PortWish {
            listen: own.unwrap_or(6379),
            host: own,
        };
        vec![ProcessWish {
            port: self.external.is_none().then_some(port),
            memory: self.limits.memory.map(|memory| memory.get()),
            ..ProcessWish::default()
        }]
    }

    fn image(&self) -> Option<String> {
        (self.runtime() == Runtime::Container).then(|| container::image(self))
    }

    fn connect(&self, service: &Placed, client: &Client, endpoint: &Endpoint) -> Connection {
        let (host, port, user, password) = match &self.external {
            Some(external) => (
                external.host.to_string(),
                external.port.map_or(6379, |port| port.get()),
                self.user.as_ref().map(ToString::to_string),
                self.password.as_ref().map(|password| password.secret.to_string()),
            ),
            None => (
                endpoint.address.clone(),
                endpoint.port,
                Some("app".to_owned()),
                Some(secret(&service.name, "app")),
            ),
        };
        let mut url = Text::literal(format!("redis://{}", user.as_deref().unwrap_or_default()));
        if let Some(password) = &password {
            url = url.and(":").and_secret(password, Encoding::Url);
        }
        let at = if user.is_some() || password.is_some() { "@" } else { "" };
        let shown = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.clone()
        };
        let mut parts = vec![
            ("url", url.and(format!("{at}{shown}:{port}"))),
            ("host", Text::literal(host)),
            ("port", Text::literal(port.to_string())),
        ];
        parts.extend(user.map(|user| ("user", Text::literal(user))));
        parts.extend(password.map(|password| ("password", Text::secret(password))));
        let same_host = !endpoint.remote && client.network.is_none();
        let after = match service.runtime {
            Runtime::Native if same_host => vec!["redis-server.service".to_owned()],
            Runtime::Container if same_host => vec!["docker.service".to_owned()],
            _ => Vec::new(),
        };
        Connection {
            parts,
            exports: vec![("REDIS_URL".into(), "url")],
            after,
            depends_on: client.network.is_some().then(|| (service.name.clone(), true)),
            ..Connection::default()
        }
    }

    fn lower(&self, lowering: &mut Lowering<'_>) {
        for host in lowering.service.hosts.clone() {
            for user in ["app", "backup"] {
                let name = secret(&lowering.service.name, user);
                let origin = lowering.service.origin.clone();
                lowering.generated(&name, PASSWORD, &origin, &host);
            }
            match lowering.service.runtime {
                Runtime::Native => native::lower(self, lowering, &host),
                Runtime::Container => container::lower(self, lowering, &host),
                Runtime::Systemd | Runtime::None => {}
            }
        }
    }
}

/// The secret with a user's password.
fn secret(service: &str, user: &str) -> String {
    format!("{}_{user}", service.replace('-', "_"))
}

fn backup(section: &Redis, lowering: &mut Lowering<'_>, host: &str, access: Access, port: u16, rdb: &str) {
    if !section.backup.is_on() {
        return;
    }
    let service = lowering.service.clone();
    let what = BackupWhat::Redis {
        access,
        port,
        password: secret(&service.name, "backup"),
        rdb: rdb.to_owned(),
    };
    let source = BackupSource {
        name: service.name.clone(),
        service: service.name,
        origin: service.origin,
        what,
    };
    lowering.host(host).backup_sources.push(source);
}
