//! Ports that the kernel gives to outgoing connections.

use std::ops::RangeInclusive;

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Opening, Pointer, Protocol, Site};

pub(super) const RULE: Rule = Rule {
    code: "ephemeral-port",
    document: include_str!("ephemeral_port.md"),
    find,
};

/// `net.ipv4.ip_local_port_range` as the kernel and the distributions have it.
const EPHEMERAL: RangeInclusive<u16> = 32_768..=60_999;

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let services = site.services.iter().filter_map(|service| {
        let port = service
            .instances
            .iter()
            .find_map(|instance| instance.port.filter(is_ephemeral))?;
        Some(finding(&service.name, port, &service.origin.child("port")))
    });
    let openings = site.hosts.iter().flat_map(|host| &host.openings).filter(is_single);
    let openings = openings.filter(|opening| is_ephemeral(&opening.ports.0));
    let opened = openings.map(|opening| finding(&opening.comment, opening.ports.0, &opening.origin));
    for finding in services.chain(opened) {
        found.push(finding);
    }
    once(found)
}

fn is_ephemeral(port: &u16) -> bool {
    EPHEMERAL.contains(port)
}

/// One TCP port under `ports`; ranges are of protocols that choose among them.
fn is_single(opening: &&Opening) -> bool {
    opening.is_of_ports() && opening.protocol == Protocol::Tcp && opening.ports.0 == opening.ports.1
}

fn finding(what: &str, port: u16, origin: &Pointer) -> Diagnostic {
    let title = format!("`{what}` listens on a port that any connection may take");
    Diagnostic::warning(RULE.code, title)
        .at(origin, format!("{port} is between {} and {}", EPHEMERAL.start(), EPHEMERAL.end()))
        .why("The kernel gives these ports to outgoing connections: when one has it during a restart, the service does not come up again.")
        .help(format!("choose a port below {}", EPHEMERAL.start()))
}
