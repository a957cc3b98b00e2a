//! What is to listen on a host, so that the installer can see whether something else does already.

use std::collections::BTreeSet;

use crate::site::{Host, Site};

const EVERYWHERE: &str = "*";

/// Protocol, address and port; by order.
pub(super) fn of(site: &Site, host: &Host) -> BTreeSet<(&'static str, String, u16)> {
    let mut ports = BTreeSet::new();
    for server in host.ingress.iter().flat_map(|ingress| &ingress.servers) {
        let everywhere = [EVERYWHERE.to_owned()];
        let addresses = if server.listen.is_empty() {
            everywhere.as_slice()
        } else {
            &server.listen
        };
        for address in addresses {
            ports.insert(("tcp", address.clone(), 80));
            if server.certificate.is_some() {
                ports.insert(("tcp", address.clone(), 443));
            }
        }
    }
    for address in host.dns.iter().flat_map(|dns| &dns.listen) {
        ports.extend(["tcp", "udp"].map(|protocol| (protocol, address.clone(), 53)));
    }
    ports.extend(
        host.tunnels
            .iter()
            .map(|tunnel| ("udp", EVERYWHERE.to_owned(), tunnel.port)),
    );
    let instances = site.services.iter().flat_map(|service| &service.instances);
    let here = instances.filter(|instance| instance.host == host.name);
    ports.extend(here.filter_map(|instance| Some(("tcp", "127.0.0.1".to_owned(), instance.port?))));
    ports
}
