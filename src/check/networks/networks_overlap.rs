//! Networks of a host that have addresses in common.

use ipnet::IpNet;

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Host, Pointer, Site, Tunnel};

pub(super) const RULE: Rule = Rule {
    code: "networks-overlap",
    document: include_str!("networks_overlap.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let found = site.hosts.iter().flat_map(|host| {
        host.tunnels.iter().enumerate().flat_map(move |(index, tunnel)| {
            others(host, index)
                .into_iter()
                .filter(|(net, ..)| overlap(net, &tunnel.address))
                .map(|(net, what, origin)| finding(tunnel, net, &what, &origin))
                .collect::<Vec<_>>()
        })
    });
    once(found)
}

fn overlap(a: &IpNet, b: &IpNet) -> bool {
    a.contains(&b.addr()) || b.contains(&a.addr())
}

/// What else the host has: earlier tunnels, networks of containers, its public addresses, a private network beside.
fn others(host: &Host, index: usize) -> Vec<(IpNet, String, Pointer)> {
    let tunnels = host.tunnels[..index].iter().map(|tunnel| {
        (
            tunnel.address.trunc(),
            format!("the network `{}`", tunnel.name),
            tunnel.origin.clone(),
        )
    });
    let address = || host.origin.child("address");
    let own = host.tunnels[index].address.addr();
    let private = host.private.filter(|net| {
        net.addr() != own
            && host.tunnels[..index]
                .iter()
                .all(|tunnel| tunnel.address.addr() != net.addr())
    });
    let private = private.map(|net| {
        (
            net.trunc(),
            format!("the private network of `{}`", host.name),
            address(),
        )
    });
    let public = host.public.iter().map(|ip| {
        (
            IpNet::from(*ip),
            format!("a public address of `{}`", host.name),
            address(),
        )
    });
    let bridges = host.container_networks.iter().filter_map(|network| {
        let net = network.subnet.parse().ok()?;
        Some((net, format!("containers' network `{}`", network.name), address()))
    });
    tunnels.chain(private).chain(public).chain(bridges).collect()
}

fn finding(tunnel: &Tunnel, net: IpNet, what: &str, origin: &Pointer) -> Diagnostic {
    Diagnostic::error(RULE.code, format!("`{}` overlaps with {what}", tunnel.name))
        .at_key(
            &tunnel.origin,
            format!("{} on each of its hosts", tunnel.address.trunc()),
        )
        .at_key(origin, net.to_string())
        .why("An address leads one way: what is meant for the one goes into the other.")
        .help("choose addresses that nothing else has, such as 10.8.0.0/24")
}
