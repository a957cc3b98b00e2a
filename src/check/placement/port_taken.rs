//! Ports that something else on the host has already.

use std::collections::BTreeMap;

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Container, Host, Opening, Os, Pointer, Protocol, Site};

pub(super) const RULE: Rule = Rule {
    code: "port-taken",
    document: include_str!("port_taken.md"),
    find,
};

/// Who listens on a port.
#[derive(Clone)]
struct Holder {
    what: String,
    /// The service, where it is one.
    service: Option<String>,
    origin: Pointer,
}

type Ports = BTreeMap<(Protocol, u16), Holder>;

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for host in &site.hosts {
        let mut ports = listeners(site, host);
        // What `port` says was compared when the ports were given out; `ports` comes on top of that.
        let opened = host.openings.iter().filter(|opening| opening.is_of_ports());
        for opening in opened {
            for holder in claims(host, opening) {
                for port in opening.ports.0..=opening.ports.1 {
                    let known = ports.get(&(opening.protocol, port));
                    let Some(known) = known.filter(|known| !is_itself(host, known, &holder)) else {
                        ports.insert((opening.protocol, port), holder.clone());
                        continue;
                    };
                    let finding = finding(host, port, known, &holder);
                    if !found
                        .iter()
                        .any(|other: &Diagnostic| other.labels[..] == finding.labels[..])
                    {
                        found.push(finding);
                    }
                    break;
                }
            }
        }
    }
    found
}

/// Who has a port without `ports`.
fn listeners(site: &Site, host: &Host) -> Ports {
    let mut ports = Ports::new();
    let mut put = |protocol, port: u16, what: &str, service: Option<&str>, origin: &Pointer| {
        ports.entry((protocol, port)).or_insert_with(|| Holder {
            what: what.to_owned(),
            service: service.map(str::to_owned),
            origin: origin.clone(),
        });
    };
    let ssh = host.hardening.ssh.as_ref();
    let origin = ssh.map_or(&host.hardening.origin, |ssh| &ssh.origin);
    put(
        Protocol::Tcp,
        ssh.map_or(22, |ssh| ssh.port),
        "the SSH server",
        None,
        origin,
    );
    if let Some(ingress) = &host.ingress {
        put(Protocol::Tcp, 80, "the web server", None, &ingress.origin);
        put(Protocol::Tcp, 443, "the web server", None, &ingress.origin);
    }
    for protocol in [Protocol::Tcp, Protocol::Udp] {
        if let Some(dns) = &host.dns {
            put(protocol, 53, "the name server", None, &dns.origin);
        } else if matches!(host.os, Os::Ubuntu2204 | Os::Ubuntu2404) {
            put(protocol, 53, "Ubuntu's resolver", None, &host.origin);
        }
    }
    for service in &site.services {
        let here = service.instances.iter().filter(|instance| instance.host == host.name);
        for port in here.filter_map(|instance| instance.port) {
            let what = format!("`{}`", service.name);
            put(
                Protocol::Tcp,
                port,
                &what,
                Some(&service.name),
                &service.origin.child("port"),
            );
        }
    }
    ports
}

/// Everybody who binds an opened port: each container publishes it, the units of a service are one.
fn claims(host: &Host, opening: &Opening) -> Vec<Holder> {
    let service = opening.origin.segments().nth(1).map(|name| name.into_owned());
    let count = containers(host, service.as_deref()).len().max(1);
    let holder = Holder {
        what: service.as_ref().map(|name| format!("`{name}`")).unwrap_or_default(),
        service,
        origin: opening.origin.clone(),
    };
    vec![holder; count]
}

/// The containers of a service that publish ports.
fn containers<'a>(host: &'a Host, service: Option<&str>) -> Vec<&'a Container> {
    let of_it = |container: &&Container| Some(container.service.as_str()) == service && !container.host_network;
    host.containers.iter().filter(of_it).collect()
}

/// A process may be opened on the port that it has; a container publishes it a second time.
fn is_itself(host: &Host, known: &Holder, holder: &Holder) -> bool {
    known.service.is_some() && known.service == holder.service && containers(host, holder.service.as_deref()).is_empty()
}

fn finding(host: &Host, port: u16, known: &Holder, holder: &Holder) -> Diagnostic {
    let finding = Diagnostic::error(RULE.code, format!("port {port} of host `{}` is taken", host.name));
    let finding = if known.origin == holder.origin {
        finding
            .at_key(&holder.origin, "every instance would have it")
            .help("set `instances: 1`, or give this port to a service of its own")
    } else {
        finding
            .at_key(&holder.origin, format!("{} is to have it", holder.what))
            .at(&known.origin, format!("{} has it", known.what))
            .help("choose another port on the host; `target` is the port that the process itself listens on")
    };
    finding.why("Only one process can listen on a port: the second one fails to start.")
}
