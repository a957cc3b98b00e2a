//! From what was written to what it means: one file a question.
//!
//! [`placement`] says which host runs what, [`ports`] where each process listens, [`reach`] how each service gets at each
//! other one; the kinds then turn services into parts. [`names`], [`certificates`] and [`zones`] make the way in from
//! outside, [`guard`] closes the rest, [`recovery`] says what is kept. Only what nobody chose is taken from the [`Lock`],
//! and only that is written back to it.

mod certificates;
mod delivery;
mod guard;
mod hosted;
mod hosts;
mod lock;
mod messages;
mod names;
mod networks;
mod paths;
mod pins;
mod placement;
mod ports;
mod probes;
mod reach;
mod recovery;
mod secrets;
mod verbatim;
mod zones;

pub use lock::{EnvironmentLock, Lock};

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::kind::{self, Lowering, SiteNames};
use crate::manifest::Manifest;
use crate::site::{
    Check, Configuration, Container, ContainerNetwork, Host, Instance, Migration, Pointer, Service, Site, Waiver,
};
use crate::source::Assets;

/// What resolving one environment gives.
#[derive(Debug)]
pub struct Resolution {
    pub site: Site,
    /// What is allocated now.
    pub lock: EnvironmentLock,
    pub found: Vec<Diagnostic>,
    /// Declarations that this environment has no use for; a finding only if no other has one either.
    pub unused: Vec<Diagnostic>,
}

/// Resolves one environment of a manifest. Findings never stop it: what cannot be resolved is left out and reported.
pub fn resolve(manifest: &Manifest, environment: &str, lock: &EnvironmentLock, assets: &Assets) -> Resolution {
    let mut found = Vec::new();
    let mut lock = lock::Allocator::new(lock);
    let mut hosts = hosts::hosts(manifest);
    let site = SiteNames {
        name: manifest.site.name.to_string(),
        environment: environment.to_owned(),
        domain: manifest.site.domain.to_string(),
        timezone: manifest.site.timezone.to_string(),
        contact: manifest.site.contact.to_string(),
    };
    let mut secrets = secrets::declared(manifest);
    secrets::contradictions(manifest, &mut found);
    networks::tunnels(manifest, &mut hosts, &mut secrets, &mut found);
    let mut placed = placement::place(manifest, &hosts, &mut found);
    ports::allocate(manifest, &mut placed, &mut lock, &mut found);
    let mut reach = reach::reach(manifest, &placed, &hosts, &mut lock, &mut found);

    let mut configurations = BTreeMap::new();
    for service in &placed {
        let mut configuration = None;
        let section = &manifest.services[service.name.as_str()];
        let mut lowering = Lowering {
            site: &site,
            service,
            clients: reach.clients_of(&service.name),
            connections: reach.connections_of(&service.name),
            migrations: reach.migrations_of(&service.name),
            hosts: &mut hosts,
            secrets: &mut secrets,
            assets,
            found: &mut found,
            configuration: &mut configuration,
        };
        kind::of(section).lower(&mut lowering);
        configurations.extend(configuration.map(|all| (service.name.clone(), all)));
    }
    for opening in std::mem::take(&mut reach.openings) {
        host_mut(&mut hosts, &opening.0).openings.push(opening.1);
    }

    let world = World {
        manifest,
        site: &site,
        placed: &placed,
        assets,
    };
    let servers = names::ingress(&world, &mut hosts, &mut secrets, &mut found);
    paths::open(&mut hosts, |service, host| {
        let mut clients = reach.clients_of(service).iter();
        clients.any(|client| client.host == host && client.network.is_none())
    });
    let issued = certificates::certificates(&world, &mut hosts, &servers, &mut found);
    names::containers(&world, &mut hosts, &servers);
    zones::zones(&world, &mut hosts, &issued, &mut lock, &mut found);
    let hosted = hosted::zones(&world, &hosts, &issued, &mut secrets, &mut lock, &mut found);
    guard::guard(&world, &mut hosts, &mut secrets, &mut found);
    verbatim::files(&world, &mut hosts, &mut secrets, &mut found);
    recovery::backups(&world, &mut hosts, &mut secrets, &mut found);
    messages::watches(&world, &mut hosts, &mut secrets, &mut found);
    messages::of_jobs(&world, &mut found);
    bridges(&mut hosts, &mut lock);
    pins::pin(&mut hosts, &lock, &mut found);
    networks::narrow(&mut hosts);
    let channels = messages::channels(&world, &hosts, &mut secrets, &mut found);
    let delivery = delivery::delivery(&world, &mut found);
    let matched = secrets.matched();
    for host in &mut hosts {
        probes::probes(&site, host, secrets::with_a_time(&matched, &host.name));
    }
    secrets::unknown(manifest, &matched, &mut found);
    let mut unused = secrets::unused(&matched);
    unused.extend(delivery::elsewhere(&world));

    let site = Site {
        services: placed
            .iter()
            .map(|service| summary(&world, service, &hosts, configurations.remove(&service.name)))
            .collect(),
        hosted,
        links: reach.links,
        admins: guard::admins(manifest),
        secrets: matched.needed,
        channels,
        backups_declined: false,
        backups_planned: manifest.backups.on().is_some(),
        waivers: waivers(manifest),
        delivery,
        hosts,
        name: site.name,
        environment: site.environment,
        domain: site.domain,
        contact: site.contact,
        timezone: site.timezone,
    };
    Resolution {
        site,
        lock: lock.finish(),
        found,
        unused,
    }
}

/// What the later questions look at.
struct World<'a> {
    manifest: &'a Manifest,
    site: &'a SiteNames,
    placed: &'a [kind::Placed],
    assets: &'a Assets,
}

impl World<'_> {
    fn placed(&self, service: &str) -> Option<&kind::Placed> {
        self.placed.iter().find(|placed| placed.name == service)
    }
}

/// `/a/b/c` from its segments.
fn at<const N: usize>(segments: [&str; N]) -> Pointer {
    segments
        .iter()
        .fold(Pointer::root(), |pointer, segment| pointer.child(segment))
}

fn host_mut<'a>(hosts: &'a mut [Host], name: &str) -> &'a mut Host {
    hosts
        .iter_mut()
        .find(|host| host.name == name)
        .expect("placement names only hosts of the site")
}

/// The bridge networks that the containers of each host are on.
fn bridges(hosts: &mut [Host], lock: &mut lock::Allocator<'_>) {
    for host in hosts {
        let mut names: Vec<&String> = host
            .containers
            .iter()
            .flat_map(|container| &container.networks)
            .collect();
        names.sort();
        names.dedup();
        let networks = names
            .into_iter()
            .map(|name| ContainerNetwork {
                name: name.clone(),
                internal: host.containers.iter().all(|container| is_inner(container, name)),
                subnet: lock.subnet(&host.name, name).to_string(),
            })
            .collect();
        host.container_networks = networks;
    }
}

/// The container needs nothing of the network but its neighbours.
fn is_inner(container: &Container, network: &str) -> bool {
    network == kind::DATA || !container.networks.iter().any(|name| name == network)
}

fn summary(world: &World<'_>, placed: &kind::Placed, hosts: &[Host], configuration: Option<Configuration>) -> Service {
    let section = &world.manifest.services[placed.name.as_str()];
    let kind = kind::of(section);
    let wishes = kind.processes();
    Service {
        name: placed.name.clone(),
        origin: placed.origin.clone(),
        kind: section.kind().as_str(),
        runtime: placed.runtime.name(),
        hosts: placed.hosts.clone(),
        instances: placed
            .processes
            .iter()
            .zip(&wishes)
            .flat_map(|(process, wish)| {
                process.instances.iter().map(|instance| Instance {
                    host: instance.host.clone(),
                    handle: unit_of_distribution(placed, hosts, &instance.host)
                        .unwrap_or_else(|| placed.handle(&world.site.name, process, instance)),
                    port: instance.port.map(|port| port.host),
                    memory: wish.memory,
                    cpus: wish.cpus,
                    stop_first: wish.stop_first,
                })
            })
            .collect(),
        stateful: kind.is_stateful(),
        release: kind.release(),
        migration: migration(world, kind, placed),
        image: kind.image(),
        variables: kind.variables(&placed.origin),
        sender: kind.sender(),
        version: hosts
            .iter()
            .find(|host| placed.hosts.first() == Some(&host.name))
            .and_then(|host| kind.version(host.os)),
        data: kind.data(&placed.origin),
        replication: kind.replication(placed),
        failover: kind.failover(placed),
        configuration,
    }
}

/// What runs natively has a unit that the distribution named; the service's probe knows it.
fn unit_of_distribution(placed: &kind::Placed, hosts: &[Host], host: &str) -> Option<String> {
    let name = format!("unit {}", placed.name);
    let host = hosts.iter().find(|known| known.name == host)?;
    let probe = host.probes.iter().find(|probe| probe.name == name)?;
    match (&probe.check, placed.runtime) {
        (Check::Unit(unit), kind::Runtime::Native) => Some(unit.clone()),
        _ => None,
    }
}

fn migration(world: &World<'_>, kind: &dyn kind::Kind, placed: &kind::Placed) -> Option<Migration> {
    let host = placed.migration_host().filter(|_| kind.migrates())?;
    let name = placed.migration(&world.site.name);
    Some(Migration {
        host: host.to_owned(),
        handle: match placed.runtime {
            kind::Runtime::Container => name,
            _ => format!("{name}.service"),
        },
    })
}

/// What the author silenced: under `waive`, or at a service itself.
fn waivers(manifest: &Manifest) -> Vec<Waiver> {
    let whole = manifest
        .waive
        .iter()
        .map(|(place, rules)| (at(["waive", place.as_str()]), place.to_string(), rules));
    let own = manifest.services.iter().map(|(name, service)| {
        let origin = at(["services", name.as_str()]);
        let place = origin.dotted();
        (origin.child("waive"), place, &service.common().waive)
    });
    whole
        .chain(own)
        .flat_map(|(origin, place, rules)| {
            rules.iter().map(move |(rule, reason)| Waiver {
                origin: origin.child(rule.as_str()),
                place: place.clone(),
                rule: rule.to_string(),
                reason: reason.to_string(),
            })
        })
        .collect()
}
