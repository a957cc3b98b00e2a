//! Kinds of service: what each offers, how others reach it, and which parts it becomes.
//!
//! A kind is its section of the manifest (`impl Kind for Postgres`). `resolve` has placed it, given it ports and found out
//! who uses it; [`Kind::lower`] turns it into parts of hosts. A new kind is a folder here and a variant of
//! [`crate::manifest::Service`].

use std::net::IpAddr;

use ipnet::IpNet;

use crate::diag::Diagnostic;
use crate::manifest::Common;
use crate::site::{Host, Os, Pointer, SecretSource, Text};

/// What resolve asks of every kind of service.
pub(crate) trait Kind {
    /// Its name in the manifest.
    fn name(&self) -> &'static str;

    fn common(&self) -> &Common;

    /// How processes run where the manifest does not say.
    fn runtime(&self) -> Runtime;

    /// What it speaks on its port: `postgres`, `redis`, `http` …
    fn protocol(&self) -> &'static str;

    /// Port that it listens on unless the manifest says otherwise; none if nothing connects to it.
    fn default_port(&self) -> Option<u16> {
        None
    }

    /// It keeps data that a backup must hold.
    fn is_stateful(&self) -> bool {
        false
    }

    /// What a client gets to connect with: the parts (`url`, `host`, `port`, `user`, `password`, `database` …) and the
    /// variables that carry them unless the manifest maps them.
    fn connect(&self, _service: &Placed, _client: &Client, _endpoint: &Endpoint) -> Connection {
        Connection::default()
    }

    /// Turns the service into parts.
    fn lower(&self, lowering: &mut Lowering<'_>);
}

/// What runs a service's processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Runtime {
    /// The distribution's package and unit.
    Native,
    /// A unit of ours.
    Systemd,
    /// The compose project.
    Container,
    /// Nothing runs: files for the web server, or a service somewhere else.
    None,
}

/// A service that has been placed on hosts.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) name: String,
    /// `/services/<name>`
    pub(crate) origin: Pointer,
    pub(crate) runtime: Runtime,
    /// Host names in the manifest's order; the first is the primary.
    pub(crate) hosts: Vec<String>,
    pub(crate) processes: Vec<PlacedProcess>,
    /// Subnets of container networks and other allocated numbers, by host.
    pub(crate) endpoints: Vec<Endpoint>,
}

/// One process of a service (an app without `processes` has one, named like the service).
#[derive(Debug, Clone)]
pub(crate) struct PlacedProcess {
    /// Empty for a service without `processes`.
    pub(crate) name: String,
    pub(crate) origin: Pointer,
    pub(crate) instances: Vec<PlacedInstance>,
}

/// One running copy.
#[derive(Debug, Clone)]
pub(crate) struct PlacedInstance {
    pub(crate) host: String,
    /// From 1 in its host.
    pub(crate) ordinal: u32,
    /// Port inside (of a container) and the port on the host; equal outside of containers.
    pub(crate) port: Option<InstancePort>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InstancePort {
    pub(crate) listen: u16,
    pub(crate) host: u16,
}

/// Where one client reaches a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Host name or address without brackets.
    pub(crate) address: String,
    pub(crate) port: u16,
    /// The path leaves the host, so it must be encrypted where the protocol can.
    pub(crate) remote: bool,
}

/// A service that uses this one.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// Service of the manifest.
    pub(crate) service: String,
    /// `/services/<client>/uses/<name>`
    pub(crate) origin: Pointer,
    /// Host that it runs on.
    pub(crate) host: String,
    /// Networks that its connections come from.
    pub(crate) from: Vec<IpNet>,
    /// Its containers share this compose network with the service.
    pub(crate) network: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) role: Role,
    /// Connections of each instance's pool.
    pub(crate) pool: Option<u32>,
    pub(crate) instances: u32,
}

/// What a client of a database may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Role {
    /// Read and write rows.
    #[default]
    App,
    /// Also change the schema.
    Owner,
    /// Read rows.
    ReadOnly,
}

/// What a client connects with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connection {
    /// Service that is used.
    pub(crate) service: String,
    pub(crate) origin: Pointer,
    /// `url`, `host`, `port`, `database`, `user`, `password`, `socket`, `vhost`
    pub(crate) parts: Vec<(&'static str, Text)>,
    /// Variable → part, unless `exports` or `uses` map them.
    pub(crate) exports: Vec<(String, &'static str)>,
    /// Units to start after, where both run under systemd on one host.
    pub(crate) after: Vec<String>,
    /// Compose service and whether it has a health check, where both are containers of one host.
    pub(crate) depends_on: Option<(String, bool)>,
    /// Compose network shared with it.
    pub(crate) network: Option<String>,
}

/// Facts of a host that a kind sizes itself by.
#[derive(Debug, Clone)]
pub(crate) struct HostFacts {
    pub(crate) os: Os,
    pub(crate) cpus: u32,
    pub(crate) memory: u64,
    pub(crate) private: Option<IpAddr>,
}

/// Names of the site.
#[derive(Debug, Clone)]
pub(crate) struct SiteNames {
    pub(crate) name: String,
    pub(crate) environment: String,
    pub(crate) domain: String,
    pub(crate) timezone: String,
    pub(crate) contact: String,
}

/// A kind's work place while it lowers one service.
pub(crate) struct Lowering<'a> {
    pub(crate) site: &'a SiteNames,
    pub(crate) service: &'a Placed,
    /// Who uses it, by service and host.
    pub(crate) clients: &'a [Client],
    /// What it uses, for each host that it runs on.
    pub(crate) connections: &'a [(String, Connection)],
    pub(crate) hosts: &'a mut Vec<Host>,
    pub(crate) secrets: &'a mut Secrets,
    pub(crate) found: &'a mut Vec<Diagnostic>,
}

impl Lowering<'_> {
    /// The host of that name, to add parts to.
    pub(crate) fn host(&mut self, name: &str) -> &mut Host {
        self.hosts
            .iter_mut()
            .find(|host| host.name == name)
            .expect("placement names only hosts of the site")
    }

    /// Says that `by` needs a secret on a host.
    pub(crate) fn need(&mut self, secret: &str, host: &str) {
        let by = format!("services.{}", self.service.name);
        self.secrets.need(secret, host, &by);
    }

    /// A secret made on the host for this service; declares it on first use.
    pub(crate) fn generated(&mut self, name: &str, spec: &str, origin: &Pointer, host: &str) {
        self.secrets.declare(name, origin, SecretSource::Generated(spec.to_owned()));
        self.need(name, host);
    }
}

/// Secrets that parts need, gathered while lowering.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    pub(crate) all: std::collections::BTreeMap<String, crate::site::Secret>,
}

impl Secrets {
    pub(crate) fn declare(&mut self, name: &str, origin: &Pointer, source: SecretSource) {
        self.all.entry(name.to_owned()).or_insert_with(|| crate::site::Secret {
            name: name.to_owned(),
            origin: origin.clone(),
            source,
            hosts: Vec::new(),
            users: Vec::new(),
            rotate: None,
        });
    }

    pub(crate) fn need(&mut self, name: &str, host: &str, by: &str) {
        if let Some(secret) = self.all.get_mut(name) {
            insert_sorted(&mut secret.hosts, host);
            insert_sorted(&mut secret.users, by);
        }
    }
}

fn insert_sorted(list: &mut Vec<String>, item: &str) {
    if let Err(at) = list.binary_search_by(|other| other.as_str().cmp(item)) {
        list.insert(at, item.to_owned());
    }
}
