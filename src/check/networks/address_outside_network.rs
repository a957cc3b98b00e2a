//! Members of a network whose addresses are not of one network, or that share one.

use std::net::IpAddr;

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site, Tunnel, TunnelPeer};

pub(super) const RULE: Rule = Rule {
    code: "address-outside-network",
    document: include_str!("address_outside_network.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut networks: Vec<&Tunnel> = Vec::new();
    for tunnel in site.hosts.iter().flat_map(|host| &host.tunnels) {
        // Its other hosts would tell the same from their side.
        if networks.iter().all(|known| known.name != tunnel.name) {
            networks.push(tunnel);
        }
    }
    let found = networks.into_iter().flat_map(|tunnel| {
        let outside = tunnel
            .peers
            .iter()
            .filter(|peer| !tunnel.address.contains(&peer.address))
            .map(|peer| outside(tunnel, peer));
        let taken = tunnel.peers.iter().enumerate().filter_map(|(index, peer)| {
            let before = tunnel.peers[..index].iter().find(|other| other.address == peer.address);
            let own = !peer.is_host && peer.address == tunnel.address.addr();
            let first = before.map(|other| &other.origin).or(own.then_some(&tunnel.origin))?;
            Some(taken(tunnel, peer, first))
        });
        outside.chain(taken).collect::<Vec<_>>()
    });
    found.collect()
}

fn place(peer: &TunnelPeer) -> Pointer {
    if peer.is_host {
        peer.origin.clone()
    } else {
        peer.origin.child("address")
    }
}

fn outside(tunnel: &Tunnel, peer: &TunnelPeer) -> Diagnostic {
    let network = tunnel.address.trunc();
    let example: Option<IpAddr> = network.hosts().nth(8);
    let help = match example {
        Some(example) if network.prefix_len() < network.max_prefix_len() => {
            format!(
                "write an address of it with its prefix, as in {example}/{}",
                network.prefix_len()
            )
        }
        _ => format!(
            "write the network's prefix behind each address, as in {}/24",
            tunnel.address.addr()
        ),
    };
    Diagnostic::error(
        RULE.code,
        format!("`{}` is outside of the network `{}`", peer.name, tunnel.name),
    )
    .at(place(peer), peer.address.to_string())
    .at_key(&tunnel.origin, format!("others are in {network}"))
    .why("What is sent to it would not go into the tunnel.")
    .help(help)
}

fn taken(tunnel: &Tunnel, peer: &TunnelPeer, first: &Pointer) -> Diagnostic {
    Diagnostic::error(
        RULE.code,
        format!("`{}` has an address of `{}` that another has", peer.name, tunnel.name),
    )
    .at(place(peer), format!("{} again", peer.address))
    .at_key(first, "it is of this one")
    .why("WireGuard sends to an address over one peer: the other would get nothing.")
    .help("give each its own")
}
