//! How each service gets at each other one.
//!
//! Same compose network → service name and container port. Same host → loopback, or from a container the gateway of its
//! network. Another host → its private address, with an opening for exactly the caller.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use super::lock::Allocator;
use crate::diag::{Diagnostic, listing, suggest};
use crate::kind::{self, Client, Connection, DATA, EDGE, Endpoint, Placed, Role, Runtime};
use crate::manifest::services::{Part, Role as ManifestRole, Use};
use crate::manifest::{Manifest, Service};
use crate::site::{Host, Link, Opening, Pointer, Protocol};

/// Who reaches whom, and how.
#[derive(Debug, Default)]
pub(super) struct Reach {
    clients: BTreeMap<String, Vec<Client>>,
    connections: BTreeMap<String, Vec<(String, Connection)>>,
    migrations: BTreeMap<String, Vec<(String, Connection)>>,
    pub(super) openings: Vec<(String, Opening)>,
    pub(super) links: Vec<Link>,
}

impl Reach {
    pub(super) fn clients_of(&self, service: &str) -> &[Client] {
        self.clients.get(service).map_or(&[], Vec::as_slice)
    }

    /// What the service uses, for each host that it runs on.
    pub(super) fn connections_of(&self, service: &str) -> &[(String, Connection)] {
        self.connections.get(service).map_or(&[], Vec::as_slice)
    }

    /// What its `migrate` command uses, on the host that it runs on.
    pub(super) fn migrations_of(&self, service: &str) -> &[(String, Connection)] {
        self.migrations.get(service).map_or(&[], Vec::as_slice)
    }
}

pub(super) fn reach(
    manifest: &Manifest,
    placed: &[Placed],
    hosts: &[Host],
    lock: &mut Allocator<'_>,
    found: &mut Vec<Diagnostic>,
) -> Reach {
    let mut reach = Reach::default();
    for (name, service) in &manifest.services {
        let Service::App(app) = service else { continue };
        let Some(consumer) = placed.iter().find(|placed| placed.name == name.as_str()) else {
            continue;
        };
        for (target, how) in &app.uses {
            let origin = consumer.origin.child("uses").child(target.as_str());
            let Some(section) = manifest.services.get(target.as_str()) else {
                found.push(unknown_service(manifest, target.as_str(), &origin));
                continue;
            };
            let Some(provider) = placed.iter().find(|placed| placed.name == target.as_str()) else {
                continue;
            };
            let pair = Pair {
                manifest,
                hosts,
                consumer,
                provider,
                section,
                how,
                origin,
            };
            pair.connect(&mut reach, lock);
            if app.migrate.is_some() {
                pair.connect_migration(&mut reach, lock);
            }
        }
    }
    reach
}

struct Pair<'a> {
    manifest: &'a Manifest,
    hosts: &'a [Host],
    consumer: &'a Placed,
    provider: &'a Placed,
    section: &'a Service,
    how: &'a Use,
    origin: Pointer,
}

impl Pair<'_> {
    fn connect(&self, reach: &mut Reach, lock: &mut Allocator<'_>) {
        let mut exports = Vec::new();
        for host in &self.consumer.hosts {
            let instances = self.consumer.instances_on(host);
            if instances == 0 {
                continue;
            }
            let client = Client {
                role: role(self.how.role),
                pool: self.how.pool,
                instances,
                ..self.client(host)
            };
            let connection = self.connection(client, reach, lock);
            exports = connection.exports.iter().map(|(name, _)| name.clone()).collect();
            let connections = reach.connections.entry(self.consumer.name.clone()).or_default();
            connections.push((host.clone(), connection));
        }
        reach.links.push(Link {
            from: self.consumer.name.clone(),
            to: self.provider.name.clone(),
            origin: self.origin.clone(),
            protocol: kind::of(self.section).protocol(),
            pool: self.how.pool,
            exports,
        });
    }

    /// Migrations run once for all hosts, and own what they change.
    fn connect_migration(&self, reach: &mut Reach, lock: &mut Allocator<'_>) {
        let Some(host) = self.consumer.migration_host() else {
            return;
        };
        let owns = kind::of(self.section).has_roles();
        let client = Client {
            role: if owns { Role::Owner } else { role(self.how.role) },
            pool: Some(1),
            instances: 1,
            ..self.client(host)
        };
        let connection = self.connection(client, reach, lock);
        let migrations = reach.migrations.entry(self.consumer.name.clone()).or_default();
        migrations.push((host.to_owned(), connection));
    }

    fn client(&self, host: &str) -> Client {
        Client {
            service: self.consumer.name.clone(),
            origin: self.origin.clone(),
            host: host.to_owned(),
            from: Vec::new(),
            network: None,
            tunnel: false,
            database: self.how.database.as_ref().map(ToString::to_string),
            role: Role::default(),
            pool: None,
            instances: 0,
        }
    }

    /// Leads the client to the provider, which comes to know of it.
    fn connection(&self, client: Client, reach: &mut Reach, lock: &mut Allocator<'_>) -> Connection {
        let kind = kind::of(self.section);
        let is_sought = kind.failover(self.provider).is_some();
        let (endpoint, from, network) = if is_sought {
            self.paths(&client.host, lock, reach)
        } else {
            self.path(&client.host, lock)
        };
        let client = Client {
            from,
            network: network.clone(),
            tunnel: endpoint.tunnel,
            ..client
        };
        let mut connection = kind.connect(self.provider, &client, &endpoint);
        connection.service.clone_from(&self.provider.name);
        connection.origin = self.origin.clone();
        connection.network = network;
        self.rename(&mut connection);
        if !kind.is_external() {
            if !is_sought
                && let Some(opening) = self.opening(&client.host, &endpoint, &client.from)
                && !reach.openings.contains(&opening)
            {
                reach.openings.push(opening);
            }
            let clients = reach.clients.entry(self.provider.name.clone()).or_default();
            clients.push(client);
        }
        connection
    }

    /// Where the provider is reached from this host, from which networks, and over which compose network.
    fn path(&self, host: &str, lock: &mut Allocator<'_>) -> (Endpoint, Vec<IpNet>, Option<String>) {
        let Some(process) = self.provider.processes.first() else {
            return Default::default();
        };
        // A standby beside the client does not take its writes.
        let is_led = kind::of(self.section).replication(self.provider).is_some();
        let beside = self.provider.hosts.iter().any(|other| other == host) && !is_led;
        let on = if beside {
            host
        } else {
            self.provider.hosts.first().map_or(host, String::as_str)
        };
        let same_host = on == host;
        let Some(instance) = process.instances.iter().find(|instance| instance.host == on) else {
            return Default::default();
        };
        let Some(port) = instance.port else {
            return Default::default();
        };
        let from_container = self.consumer.runtime == Runtime::Container;
        let to_container = self.provider.runtime == Runtime::Container;
        if same_host && from_container && to_container {
            let name = self.provider.container_name(process, instance);
            return (
                Endpoint {
                    address: name,
                    port: port.listen,
                    ..Endpoint::default()
                },
                Vec::new(),
                Some(DATA.to_owned()),
            );
        }
        if same_host && from_container {
            let subnet = lock.subnet(host, EDGE);
            let gateway = subnet.hosts().next().map_or(Ipv4Addr::LOCALHOST, |gateway| gateway);
            return (
                Endpoint {
                    address: gateway.to_string(),
                    port: port.host,
                    ..Endpoint::default()
                },
                vec![IpNet::V4(subnet)],
                None,
            );
        }
        if same_host {
            let loopback = Ipv4Addr::LOCALHOST;
            return (
                Endpoint {
                    address: loopback.to_string(),
                    port: port.host,
                    ..Endpoint::default()
                },
                vec![IpAddr::V4(loopback).into()],
                None,
            );
        }
        let of = |name: &str| self.hosts.iter().find(|host| host.name == name);
        let address = |name: &str| of(name)?.private.map(|net| net.addr());
        let to = address(on);
        let from = address(host).map(IpNet::from).into_iter().collect();
        (
            Endpoint {
                address: to.map(|to| to.to_string()).unwrap_or_default(),
                port: port.host,
                remote: true,
                tunnel: of(host).zip(to).is_some_and(|(host, to)| host.tunnel_to(to).is_some()),
                ..Endpoint::default()
            },
            from,
            None,
        )
    }

    /// All members, of which the client finds out which takes writes: it may come to each, at each port, by the address that
    /// they tell each other.
    fn paths(&self, host: &str, lock: &mut Allocator<'_>, reach: &mut Reach) -> (Endpoint, Vec<IpNet>, Option<String>) {
        let of = |name: &str| self.hosts.iter().find(|host| host.name == name);
        let address = |name: &str| of(name)?.private.map(|net| net.addr());
        let mut endpoint = Endpoint {
            remote: true,
            tunnel: true,
            ..Endpoint::default()
        };
        let mut all = Vec::new();
        for on in &self.provider.hosts {
            let Some(to) = address(on) else { continue };
            endpoint.members.push((on.clone(), to.to_string()));
            let is_here = on == host;
            endpoint.tunnel &= is_here || of(host).is_some_and(|host| host.tunnel_to(to).is_some());
            let from: Option<IpNet> = if !is_here {
                address(host).map(IpNet::from)
            } else if self.consumer.runtime == Runtime::Container {
                Some(IpNet::V4(lock.subnet(host, EDGE)))
            } else {
                None
            };
            let Some(from) = from else { continue };
            all.push(from);
            let instances = self.provider.processes.iter().flat_map(|process| &process.instances);
            for port in instances
                .filter(|instance| instance.host == *on)
                .filter_map(|instance| instance.port)
            {
                let opening = (
                    on.clone(),
                    Opening {
                        origin: self.origin.clone(),
                        comment: format!("{} for {}", self.provider.name, self.consumer.name),
                        protocol: Protocol::Tcp,
                        ports: (port.host, port.host),
                        from: vec![from],
                        interface: None,
                        limit: false,
                    },
                );
                if !reach.openings.contains(&opening) {
                    reach.openings.push(opening);
                }
            }
        }
        (endpoint, all, None)
    }

    /// The firewall lets nothing in by itself: neither from other hosts nor from this host's containers.
    fn opening(&self, host: &str, endpoint: &Endpoint, from: &[IpNet]) -> Option<(String, Opening)> {
        let from: Vec<IpNet> = from.iter().filter(|net| !net.addr().is_loopback()).copied().collect();
        if from.is_empty() {
            return None;
        }
        let on = if endpoint.remote {
            self.provider.hosts.first()?.clone()
        } else {
            host.to_owned()
        };
        let comment = format!("{} for {}", self.provider.name, self.consumer.name);
        let origin = self.origin.clone();
        Some((
            on,
            Opening {
                origin,
                comment,
                protocol: Protocol::Tcp,
                ports: (endpoint.port, endpoint.port),
                from,
                interface: None,
                limit: false,
            },
        ))
    }

    /// The names under which the parts are handed out: `uses` before `exports` before the kind's own.
    fn rename(&self, connection: &mut Connection) {
        let own = self.how.export.iter();
        let site = self.manifest.exports.get(&self.section.kind()).into_iter().flatten();
        let mapped: Vec<(String, &'static str)> = if own.len() > 0 {
            own.map(|(name, part)| (name.to_string(), part_name(*part))).collect()
        } else {
            site.map(|(name, part)| (name.to_string(), part_name(*part))).collect()
        };
        if !mapped.is_empty() {
            connection.exports = mapped;
        }
    }
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Url => "url",
        Part::Host => "host",
        Part::Port => "port",
        Part::Database => "database",
        Part::User => "user",
        Part::Password => "password",
        Part::Socket => "socket",
        Part::Vhost => "vhost",
        Part::Endpoint => "endpoint",
        Part::Region => "region",
        Part::Bucket => "bucket",
        Part::AccessKeyId => "access_key_id",
        Part::SecretAccessKey => "secret_access_key",
        Part::From => "from",
        Part::Issuer => "issuer",
        Part::ClientId => "client_id",
        Part::ClientSecret => "client_secret",
        Part::Sentinels => "sentinels",
        Part::SentinelName => "sentinel_name",
    }
}

fn role(role: Option<ManifestRole>) -> Role {
    match role {
        None | Some(ManifestRole::App) => Role::App,
        Some(ManifestRole::Owner) => Role::Owner,
        Some(ManifestRole::Readonly) => Role::ReadOnly,
    }
}

fn unknown_service(manifest: &Manifest, name: &str, origin: &Pointer) -> Diagnostic {
    let names = || manifest.services.keys().map(|name| name.as_str());
    let help = suggest(name, names()).map_or_else(
        || format!("the services are {}", listing(names())),
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::error("unknown-service", format!("there is no service `{name}`"))
        .at_key(origin, "this service is not under `services`")
        .why("What is used has to be described, so that its address and its access are known.")
        .help(help)
}
