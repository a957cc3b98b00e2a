//! Addresses to listen at that the host does not have.

use std::net::IpAddr;

use crate::check::Rule;
use crate::diag::{Diagnostic, listing};
use crate::site::{Host, Server, Site};

pub(super) const RULE: Rule = Rule {
    code: "listen-elsewhere",
    document: include_str!("listen_elsewhere.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let hosts = site
        .hosts
        .iter()
        .filter_map(|host| Some((host, host.ingress.as_ref()?)));
    hosts
        .flat_map(|(host, ingress)| ingress.servers.iter().map(move |server| (host, server)))
        .filter_map(|(host, server)| finding(host, server))
        .collect()
}

fn finding(host: &Host, server: &Server) -> Option<Diagnostic> {
    let own: Vec<IpAddr> = host
        .public
        .iter()
        .copied()
        .chain(host.private.map(|net| net.addr()))
        .chain(host.tunnels.iter().map(|tunnel| tunnel.address.addr()))
        .collect();
    let missing = server
        .listen
        .iter()
        .filter_map(|address| address.parse::<IpAddr>().ok())
        .find(|address| !address.is_loopback() && !address.is_unspecified() && !own.contains(address))?;
    let own: Vec<String> = own.iter().map(ToString::to_string).collect();
    Some(
        Diagnostic::warning(
            RULE.code,
            format!("host `{}` does not have the address {missing}", host.name),
        )
        .at(server.origin.child("listen"), "the web server is to listen at it")
        .at(
            host.origin.child("address"),
            format!("the host has {}", listing(own.iter().map(String::as_str))),
        )
        .why("nginx does not start when it cannot have one of its addresses, and then no name of this host answers.")
        .help(format!(
            "listen at an address of `{}`, or add this one to it",
            host.name
        )),
    )
}
