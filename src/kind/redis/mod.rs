//! Kind `redis`: a Redis server whose users can do no more than they need.
//!
//! Nobody logs in as `default`. `app` is for the services that use it and has no command that endangers the server,
//! `backup` asks for a snapshot, and `health` may ask whether the server is there, without a password.

mod access;
mod container;
mod native;
mod refuse;
mod sentinel;
mod settings;
#[cfg(test)]
mod tests;

use super::{Client, Connection, Endpoint, Kind, Lowering, Placed, ProcessWish, Runtime, server};
use crate::manifest::services::{Common, Redis};
use crate::site::{Access, BackupSource, BackupWhat, Encoding, Failover, Os, Rotation, Text, previous};

const SET: &str = "redis";
/// Without a limit it gets one part of so many of the host's memory.
const SHARE: u64 = 8;
const PASSWORD: &str = "length=32,charset=url-safe";

impl Kind for Redis {
    fn common(&self) -> &Common {
        &self.common
    }

    fn runtime(&self) -> Runtime {
        server::runtime(self.runtime, self.external.is_some())
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
        let mut processes = server::processes(self.port, 6379, self.limits, self.external.is_some());
        processes.extend(sentinel::process(self));
        processes
    }

    fn image(&self) -> Option<String> {
        (self.runtime() == Runtime::Container).then(|| container::image(self))
    }

    fn version(&self, os: Os) -> Option<u32> {
        match self.runtime() {
            Runtime::Native => Some(packaged(os)),
            Runtime::Container => Some(container::major(self)),
            Runtime::Systemd | Runtime::None => None,
        }
    }

    fn failover(&self, service: &Placed) -> Option<Failover> {
        sentinel::of(self, service)
    }

    fn connect(&self, service: &Placed, client: &Client, endpoint: &Endpoint) -> Connection {
        if self.failover(service).is_some() {
            return sentinel::connect(service, endpoint);
        }
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
        let mut parts = vec![
            ("url", url.and(format!("{at}{}", server::authority(&host, port)))),
            ("host", Text::literal(host)),
            ("port", Text::literal(port.to_string())),
        ];
        parts.extend(user.map(|user| ("user", Text::literal(user))));
        parts.extend(password.map(|password| ("password", Text::secret(password))));
        Connection {
            parts,
            exports: vec![("REDIS_URL".to_owned(), "url")],
            after: server::after(service, client, native::UNIT),
            depends_on: client.network.as_ref().map(|_| (service.name.clone(), true)),
            ..Connection::default()
        }
    }

    fn lower(&self, lowering: &mut Lowering<'_>) {
        let Some(host) = lowering.service.hosts.first().cloned() else {
            return;
        };
        sentinel::contradictions(self, lowering);
        if self.external.is_some() {
            return;
        }
        refuse::contradictions(self, lowering, &host);
        if let Some(failover) = self.failover(lowering.service) {
            sentinel::lower(self, lowering, &failover);
            return;
        }
        let origin = lowering.service.origin.clone();
        for user in ["app", "backup"] {
            let secret = secret(&lowering.service.name, user);
            lowering.generated(&secret, PASSWORD, &origin, &host);
            lowering.rotates(&secret, Rotation::Both);
            lowering.need(&previous(&secret), &host, &origin);
        }
        match lowering.service.runtime {
            Runtime::Container => container::lower(self, lowering, &host, None),
            _ => native::lower(self, lowering, &host),
        }
    }
}

/// The secret with a user's password.
fn secret(service: &str, user: &str) -> String {
    format!("{service}_{user}").replace('-', "_")
}

/// Major version of the server that a distribution has.
fn packaged(os: Os) -> u32 {
    match os {
        Os::Ubuntu2204 => 6,
        Os::Debian12 | Os::Ubuntu2404 => 7,
        Os::Debian13 => 8,
    }
}

fn backup(redis: &Redis, lowering: &mut Lowering<'_>, host: &str, access: Access, port: u16, rdb: &str) {
    if !redis.backup.is_on() {
        return;
    }
    let service = lowering.service.clone();
    let password = secret(&service.name, "backup");
    let what = BackupWhat::Redis {
        access,
        port,
        password,
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
