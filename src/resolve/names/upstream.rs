//! Paths that a program answers, by way of one upstream for all its instances.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU8;

use super::{Build, Entry, identifier};
use crate::diag::{Diagnostic, listing};
use crate::kind::{Placed, PlacedInstance, PlacedProcess};
use crate::manifest::values::Name;
use crate::manifest::{Balance as ManifestBalance, PathOptions};
use crate::site::{Balance, CacheZone, LocationAction, Pointer, Proxy, Upstream, UpstreamServer};

impl Build<'_, '_> {
    pub(super) fn proxy(&mut self, service: &str, part: Option<&str>, entry: Entry<'_>) -> Option<LocationAction> {
        let Entry {
            name,
            answer,
            route,
            origin,
            ..
        } = entry;
        let world = self.world;
        let placed = world.placed(service)?;
        let wanted = part.unwrap_or_default();
        let process = match placed.processes.iter().find(|process| process.name == wanted) {
            Some(process) => process,
            None if wanted.is_empty() => {
                let with_port =
                    |process: &&PlacedProcess| process.instances.iter().any(|instance| instance.port.is_some());
                placed
                    .processes
                    .iter()
                    .find(with_port)
                    .or_else(|| placed.processes.first())?
            }
            None => {
                let names = || placed.processes.iter().map(|process| process.name.as_str());
                self.found.push(
                    Diagnostic::error("unknown-process", format!("`{service}` has no process `{wanted}`"))
                        .at(origin.child("to"), "this path leads nowhere")
                        .why("A route can lead to one of the processes of a service.")
                        .help(if placed.processes.iter().all(|process| process.name.is_empty()) {
                            format!("it has only one: write `{service}`")
                        } else {
                            format!("the processes of `{service}` are {}", listing(names()))
                        }),
                );
                return None;
            }
        };
        if !self.is_in_reach(placed, entry) {
            return None;
        }
        let options = &answer.options;
        let weights = options.weights.as_ref().or(route.options.weights.as_ref());
        let servers = self.servers(placed, process, weights);
        self.found
            .extend(weights_of_none(options, process, &origin.child("weights")));
        if servers.is_empty() {
            let target = if process.name.is_empty() {
                service.to_owned()
            } else {
                format!("{service}.{}", process.name)
            };
            self.found.push(
                Diagnostic::error("no-port", format!("`{target}` listens on no port"))
                    .at(origin, "this path leads to it")
                    .at_key(&process.origin, "but nothing says where it listens")
                    .why("The web server would have nowhere to pass the request to.")
                    .help(format!("add `port:` to `{target}`")),
            );
            return None;
        }
        let balance = options.balance.or(route.options.balance).unwrap_or_default();
        let upstream = self.upstream(&process.label, &process.origin, servers, balance, name);
        let long = answer.stream || answer.websocket;
        let timeout = options
            .timeout
            .or(route.options.timeout)
            .map_or(if long { 3600 } else { 60 }, |timeout| timeout.as_secs());
        let cache = options
            .cache
            .or(route.options.cache)
            .map(|cache| cache.as_secs())
            .filter(|seconds| *seconds > 0 && !long);
        if cache.is_some() && self.ingress.caches.is_empty() {
            self.ingress.caches.push(CacheZone {
                name: self.world.site.name.clone(),
                origin: origin.child("cache"),
                size: 1 << 30,
            });
        }
        Some(LocationAction::Proxy(Proxy {
            upstream,
            strip_prefix: answer.strip_prefix,
            websocket: answer.websocket,
            stream: answer.stream,
            timeout: u32::try_from(timeout).unwrap_or(u32::MAX),
            cache,
        }))
    }

    fn servers(
        &self,
        placed: &Placed,
        process: &PlacedProcess,
        weights: Option<&BTreeMap<Name, NonZeroU8>>,
    ) -> Vec<UpstreamServer> {
        let weight_on = |host: &str| {
            let mut known = weights.into_iter().flatten();
            known
                .find(|(name, _)| name.as_str() == host)
                .map_or(1, |(_, weight)| weight.get())
        };
        let address_of = |instance: &PlacedInstance| {
            let port = instance.port?.host;
            if instance.host == self.host && self.is_container() {
                let name = placed.container_name(process, instance);
                return Some(format!("{name}:{}", instance.port?.listen));
            }
            if instance.host == self.host {
                return Some(format!("127.0.0.1:{port}"));
            }
            let address = self.private.get(&instance.host).copied().flatten()?.addr();
            Some(std::net::SocketAddr::new(address, port).to_string())
        };
        process
            .instances
            .iter()
            .filter_map(|instance| {
                Some(UpstreamServer {
                    address: address_of(instance)?,
                    weight: weight_on(&instance.host),
                })
            })
            .collect()
    }

    fn upstream(
        &mut self,
        label: &str,
        origin: &Pointer,
        servers: Vec<UpstreamServer>,
        balance: ManifestBalance,
        route: &str,
    ) -> String {
        let balance = match balance {
            ManifestBalance::RoundRobin => Balance::RoundRobin,
            ManifestBalance::LeastConn => Balance::LeastConn,
            ManifestBalance::IpHash => Balance::IpHash,
        };
        let same = self
            .ingress
            .upstreams
            .iter()
            .find(|known| known.servers == servers && known.balance == balance);
        if let Some(known) = same {
            return known.name.clone();
        }
        let taken = self.ingress.upstreams.iter().any(|known| known.name == label);
        let name = if taken {
            identifier(&format!("{label}-{route}"))
        } else {
            label.to_owned()
        };
        self.ingress.upstreams.push(Upstream {
            name: name.clone(),
            origin: origin.clone(),
            servers,
            balance,
        });
        name
    }
}

/// A path's own weights lead to instances; those of a name may be for another of its paths.
fn weights_of_none(options: &PathOptions, process: &PlacedProcess, origin: &Pointer) -> Vec<Diagnostic> {
    let hosts = || process.instances.iter().map(|instance| instance.host.as_str());
    let named = options.weights.iter().flat_map(BTreeMap::keys);
    named
        .filter(|name| !hosts().any(|host| host == name.as_str()))
        .map(|name| {
            let text = format!("`{}` has no instance on `{name}`", process.label);
            Diagnostic::error("unknown-host", text)
                .at_key(&origin.child(name.as_str()), "this weight is nobody's")
                .why("A weight says how many requests the instances on a host get.")
                .help(format!(
                    "`{}` is on {}",
                    process.label,
                    listing(hosts().collect::<BTreeSet<_>>())
                ))
        })
        .collect()
}
