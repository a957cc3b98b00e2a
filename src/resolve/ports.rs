//! Where each process listens.

use std::collections::BTreeMap;

use super::at;
use super::lock::Allocator;
use crate::diag::Diagnostic;
use crate::kind::{self, InstancePort, Placed, Runtime};
use crate::manifest::Manifest;
use crate::site::Pointer;

/// Gives every instance its ports: those that the manifest chooses first, then the rest from the lock.
pub(super) fn allocate(
    manifest: &Manifest,
    placed: &mut [Placed],
    lock: &mut Allocator<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let mut chosen = Chosen {
        owners: BTreeMap::new(),
        found,
    };
    chosen.of_the_system(manifest, lock);
    for service in placed.iter_mut() {
        let ports = kind::of(&manifest.services[service.name.as_str()]).processes();
        for (process, wish) in service.processes.iter_mut().zip(ports) {
            let Some(wish) = wish.port else { continue };
            let in_container = service.runtime == Runtime::Container;
            let first = if in_container { wish.host } else { Some(wish.listen) };
            let Some(first) = first else { continue };
            let origin = process.origin.child("port");
            for instance in &mut process.instances {
                let Some(host) = first.checked_add(offset(instance.ordinal)) else {
                    continue;
                };
                chosen.claim(lock, &instance.host, host, &format!("`{}`", process.label), &origin);
                instance.port = Some(InstancePort {
                    listen: if in_container { wish.listen } else { host },
                    host,
                });
            }
        }
    }
    for service in placed.iter_mut() {
        let ports = kind::of(&manifest.services[service.name.as_str()]).processes();
        for (process, wish) in service.processes.iter_mut().zip(ports) {
            let Some(wish) = wish.port else { continue };
            let mut first = BTreeMap::new();
            for instance in process.instances.iter_mut().filter(|instance| instance.port.is_none()) {
                let start = *first.entry(instance.host.clone()).or_insert_with(|| {
                    lock.ports(
                        &instance.host,
                        &process.label,
                        wish.listen,
                        u16::try_from(instance.here).unwrap_or(u16::MAX),
                    )
                });
                instance.port = Some(InstancePort {
                    listen: wish.listen,
                    host: start.saturating_add(offset(instance.ordinal)),
                });
            }
        }
    }
}

fn offset(ordinal: u32) -> u16 {
    u16::try_from(ordinal - 1).unwrap_or(u16::MAX)
}

struct Chosen<'a> {
    owners: BTreeMap<(String, u16), (String, Pointer)>,
    found: &'a mut Vec<Diagnostic>,
}

impl Chosen<'_> {
    /// Ports of what the site itself puts on its hosts.
    fn of_the_system(&mut self, manifest: &Manifest, lock: &mut Allocator<'_>) {
        for host in manifest.hosts.keys() {
            let ssh = manifest
                .hardening
                .on()
                .and_then(|hardening| hardening.ssh.on())
                .map_or(22, |ssh| ssh.port.get());
            self.claim(lock, host.as_str(), ssh, "the SSH server", &at(["hardening", "ssh"]));
            if !manifest.routes.is_empty() && is_on(&manifest.ingress.on, host.as_str()) {
                for port in [80, 443] {
                    self.claim(lock, host.as_str(), port, "the web server", &at(["ingress"]));
                }
            }
            if manifest
                .dns
                .on()
                .is_some_and(|dns| dns.provider.is_none() && is_on(&dns.on, host.as_str()))
            {
                self.claim(lock, host.as_str(), 53, "the name server", &at(["dns"]));
            }
        }
    }

    fn claim(&mut self, lock: &mut Allocator<'_>, host: &str, port: u16, what: &str, origin: &Pointer) {
        lock.take(host, port);
        let key = (host.to_owned(), port);
        let Some((other, other_origin)) = self.owners.get(&key) else {
            self.owners.insert(key, (what.to_owned(), origin.clone()));
            return;
        };
        self.found.push(
            Diagnostic::error("port-conflict", format!("two processes listen on port {port} of host `{host}`"))
                .at(origin, format!("{what} listens on {port}"))
                .at(other_origin, format!("{other} listens on {port} as well"))
                .why("Only one process can listen on a port: the second one would fail to start.")
                .help(format!("give one of them another port; instances take the ports that follow the first one ({port} may be such a port)")),
        );
    }
}

fn is_on(on: &[crate::manifest::values::Name], host: &str) -> bool {
    on.is_empty() || on.iter().any(|name| name.as_str() == host)
}
