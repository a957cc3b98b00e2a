//! Kinds of service: what each offers, how others reach it, and which parts it becomes.
//!
//! A kind is its section of the manifest (`impl Kind for Postgres`). `resolve` has placed it, given it ports and found out
//! who uses it; [`Kind::lower`] turns it into parts of hosts. A new kind is a folder here and a variant of
//! [`crate::manifest::Service`].

mod app;
mod external;
#[cfg(test)]
mod fixture;
mod placed;
mod postgres;
mod redis;
mod secrets;
mod server;
mod static_files;
mod template;

use ipnet::IpNet;

pub(crate) use placed::{DATA, EDGE, InstancePort, Placed, PlacedInstance, PlacedProcess, Runtime, label};
pub(crate) use secrets::{Matched, Secrets};
pub(crate) use template::Names;

use crate::diag::Diagnostic;
use crate::manifest::Service;
use crate::manifest::services::Common;
use crate::site::{
    Configuration, Data, Failover, Host, Os, Pointer, Release, Replication, Rotation, SecretSource, Text, Variable,
};
use crate::source::Assets;

/// The kind of a service, with its section.
pub(crate) fn of(service: &Service) -> &dyn Kind {
    match service {
        Service::App(app) => app.as_ref(),
        Service::Static(files) => files,
        Service::Postgres(postgres) => postgres.as_ref(),
        Service::Redis(redis) => redis.as_ref(),
        Service::Smtp(smtp) => smtp,
        Service::S3(s3) => s3,
        Service::Oidc(oidc) => oidc,
    }
}

/// What resolve asks of every kind of service.
pub(crate) trait Kind {
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

    /// Somebody else runs it.
    fn is_external(&self) -> bool {
        false
    }

    /// What its clients may do depends on their [`Role`].
    fn has_roles(&self) -> bool {
        false
    }

    /// The copies that follow its first host, which alone takes writes: clients are led there, wherever they are.
    fn replication(&self, _service: &Placed) -> Option<Replication> {
        None
    }

    /// Its copies choose another primary by themselves: clients come to all of them, and find out which it is.
    fn failover(&self, _service: &Placed) -> Option<Failover> {
        None
    }

    /// It runs once on each of its hosts, not in as many instances as it says.
    fn is_spread(&self) -> bool {
        true
    }

    /// The processes that it wants.
    fn processes(&self) -> Vec<ProcessWish> {
        let port = self.default_port().map(|listen| PortWish { listen, host: None });
        vec![ProcessWish {
            port,
            ..ProcessWish::default()
        }]
    }

    /// Where its releases lie, if it is deployed as pre-built artifacts.
    fn release(&self) -> Option<Release> {
        None
    }

    /// It has a command that migrates its databases.
    fn migrates(&self) -> bool {
        false
    }

    /// Variables of its environment as the manifest writes them.
    fn variables(&self, _service: &Pointer) -> Vec<Variable> {
        Vec::new()
    }

    /// Address that mail through it comes from.
    fn sender(&self) -> Option<String> {
        None
    }

    /// What it writes, as the manifest declares it.
    fn data(&self, _service: &Pointer) -> Vec<Data> {
        Vec::new()
    }

    /// Image reference, if it is deployed as one.
    fn image(&self) -> Option<String> {
        None
    }

    /// Major version of a server that we run, which may be the one that the operating system has.
    fn version(&self, _os: Os) -> Option<u32> {
        None
    }

    /// What a client gets to connect with: the parts (`url`, `host`, `port`, `user`, `password`, `database` …) and the
    /// variables that carry them unless the manifest maps them.
    fn connect(&self, _service: &Placed, _client: &Client, _endpoint: &Endpoint) -> Connection {
        Connection::default()
    }

    /// Turns the service into parts.
    fn lower(&self, lowering: &mut Lowering<'_>);
}

/// One process as its section asks for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProcessWish {
    /// Empty for a service without `processes`.
    pub(crate) name: String,
    pub(crate) instances: Option<u32>,
    pub(crate) port: Option<PortWish>,
    /// Bytes that each instance may use at most.
    pub(crate) memory: Option<u64>,
    /// CPUs that each instance may use at most.
    pub(crate) cpus: Option<f64>,
    /// No two may run at once.
    pub(crate) stop_first: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct PortWish {
    pub(crate) listen: u16,
    /// The port on the host, where the manifest chooses it.
    pub(crate) host: Option<u16>,
}

/// Where one client reaches a service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Host name or address without brackets.
    pub(crate) address: String,
    pub(crate) port: u16,
    /// The path leaves the host, so it must be encrypted where the protocol can.
    pub(crate) remote: bool,
    /// It leads through a tunnel of ours, which encrypts whatever goes over it.
    pub(crate) tunnel: bool,
    /// Every host that has a copy and its address, where the client finds out which one takes writes.
    pub(crate) members: Vec<(String, String)>,
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
    /// It comes through a tunnel of ours.
    pub(crate) tunnel: bool,
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
    /// The same for its `migrate` command, which runs on one host, and owns the databases.
    pub(crate) migrations: &'a [(String, Connection)],
    pub(crate) hosts: &'a mut Vec<Host>,
    pub(crate) secrets: &'a mut Secrets,
    /// Files beside the manifest.
    pub(crate) assets: &'a Assets,
    pub(crate) found: &'a mut Vec<Diagnostic>,
    /// How the service is configured, if it is a server of ours.
    pub(crate) configuration: &'a mut Option<Configuration>,
}

impl Lowering<'_> {
    /// The host of that name, to add parts to.
    pub(crate) fn host(&mut self, name: &str) -> &mut Host {
        self.hosts
            .iter_mut()
            .find(|host| host.name == name)
            .expect("placement names only hosts of the site")
    }

    /// Says that this service needs a secret on a host; `origin` is where the manifest asks for it.
    pub(crate) fn need(&mut self, secret: &str, host: &str, origin: &Pointer) {
        let by = format!("services.{}", self.service.name);
        self.secrets.need(secret, host, &by, origin);
    }

    /// A secret made on the host for this service; declares it on first use.
    pub(crate) fn generated(&mut self, name: &str, spec: &str, origin: &Pointer, host: &str) {
        self.secrets
            .declare(name, origin, SecretSource::Generated(spec.to_owned()), None);
        self.secrets.made_on(name, host);
        self.need(name, host, origin);
    }

    /// Says how a secret of this service is replaced, where that is not just by writing it anew.
    pub(crate) fn rotates(&mut self, name: &str, rotation: Rotation) {
        self.secrets.rotates(name, rotation);
    }
}
