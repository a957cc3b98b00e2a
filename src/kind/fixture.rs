//! A host with one service on it, for the tests of kinds.

use super::{Client, InstancePort, Kind, Lowering, Placed, PlacedInstance, PlacedProcess, Role, Secrets, SiteNames};
use crate::diag::Diagnostic;
use crate::site::{Host, fixture};
use crate::source::Assets;

pub(crate) struct Lowered {
    pub(crate) host: Host,
    pub(crate) found: Vec<Diagnostic>,
    pub(crate) secrets: Vec<String>,
}

impl Lowered {
    pub(crate) fn file(&self, path: &str) -> &str {
        &self
            .host
            .files
            .iter()
            .find(|file| file.path == path)
            .expect(path)
            .content
    }

    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.found.iter().map(|found| found.code).collect()
    }

    pub(crate) fn action(&self, name: &str) -> &str {
        self.host
            .actions
            .iter()
            .find(|action| action.name == name)
            .expect(name)
            .run
            .as_deref()
            .unwrap_or_default()
    }
}

/// A service of host `vps`, whose address among the hosts is 10.0.0.2.
pub(crate) fn placed(name: &str, kind: &dyn Kind) -> Placed {
    let origin = fixture::at("/services").child(name);
    let port = kind
        .processes()
        .first()
        .and_then(|wish| wish.port)
        .map(|port| InstancePort {
            listen: port.listen,
            host: port.listen,
        });
    let instance = PlacedInstance {
        host: "vps".into(),
        ordinal: 1,
        here: 1,
        port,
    };
    Placed {
        name: name.into(),
        origin: origin.clone(),
        runtime: kind.runtime(),
        hosts: vec!["vps".into()],
        processes: vec![PlacedProcess {
            name: String::new(),
            label: name.into(),
            origin,
            instances: vec![instance],
        }],
    }
}

pub(crate) fn lower(name: &str, kind: &dyn Kind, clients: &[Client]) -> Lowered {
    lower_on(name, kind, &[("vps", "10.0.0.2/24")], clients).remove(0)
}

/// A service of several hosts, named with their addresses; what was found is at the first.
pub(crate) fn lower_on(name: &str, kind: &dyn Kind, on: &[(&str, &str)], clients: &[Client]) -> Vec<Lowered> {
    let mut hosts: Vec<Host> = on
        .iter()
        .map(|(name, address)| Host {
            private: Some(address.parse().unwrap()),
            ..fixture::host(name)
        })
        .collect();
    let mut service = placed(name, kind);
    service.hosts = on.iter().map(|(name, _)| (*name).to_owned()).collect();
    let (mut secrets, mut found) = (Secrets::default(), Vec::new());
    let site = SiteNames {
        name: "acme".into(),
        environment: "production".into(),
        domain: "acme.example".into(),
        timezone: "Europe/Paris".into(),
        contact: "ops@acme.example".into(),
    };
    kind.lower(&mut Lowering {
        site: &site,
        service: &service,
        clients,
        connections: &[],
        migrations: &[],
        hosts: &mut hosts,
        secrets: &mut secrets,
        assets: &Assets::default(),
        found: &mut found,
        configuration: &mut None,
    });
    let needed = secrets.matched().needed;
    let of = |host: &str| {
        let here = needed
            .iter()
            .filter(|secret| secret.hosts.iter().any(|other| other == host));
        here.map(|secret| secret.name.clone()).collect()
    };
    hosts
        .into_iter()
        .map(|host| Lowered {
            secrets: of(&host.name),
            found: std::mem::take(&mut found),
            host,
        })
        .collect()
}

/// A client on the service's own host.
pub(crate) fn client(service: &str) -> Client {
    Client {
        service: service.into(),
        origin: fixture::at("/services").child(service).child("uses").child("db"),
        host: "vps".into(),
        from: vec!["127.0.0.1/32".parse().unwrap()],
        network: None,
        tunnel: false,
        database: None,
        role: Role::App,
        pool: None,
        instances: 2,
    }
}

/// A client on another host.
pub(crate) fn remote(service: &str) -> Client {
    Client {
        host: "other".into(),
        from: vec!["10.0.0.5/32".parse().unwrap()],
        ..client(service)
    }
}

/// A client in a container of the same compose network.
pub(crate) fn neighbour(service: &str) -> Client {
    Client {
        from: Vec::new(),
        network: Some("data".into()),
        ..client(service)
    }
}
