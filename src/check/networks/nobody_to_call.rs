//! Members of a network of which neither can call the other.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Host, Site, Tunnel, TunnelPeer};

pub(super) const RULE: Rule = Rule {
    code: "nobody-to-call",
    document: include_str!("nobody_to_call.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let found = site.hosts.iter().flat_map(|host| {
        host.tunnels.iter().flat_map(move |tunnel| {
            let unreached = tunnel.peers.iter().filter(move |peer| match site.host(&peer.name) {
                Some(other) if peer.is_host => peer.endpoint.is_none() && !calls(other, tunnel, host),
                // A device calls whichever host it likes to.
                _ => !site.hosts.iter().any(|other| is_called(other, tunnel)),
            });
            unreached
                .map(|peer| finding(site, host, tunnel, peer))
                .collect::<Vec<_>>()
        })
    });
    once(found)
}

fn is_called(host: &Host, tunnel: &Tunnel) -> bool {
    !host.public.is_empty() && host.tunnels.iter().any(|own| own.name == tunnel.name)
}

/// The other side has an endpoint for this one.
fn calls(other: &Host, tunnel: &Tunnel, host: &Host) -> bool {
    let mut back = other.tunnels.iter().filter(|own| own.name == tunnel.name);
    back.any(|own| {
        own.peers
            .iter()
            .any(|peer| peer.name == host.name && peer.endpoint.is_some())
    })
}

fn finding(site: &Site, host: &Host, tunnel: &Tunnel, peer: &TunnelPeer) -> Diagnostic {
    // Of a pair the same finding comes from both sides.
    let (first, second) = if peer.is_host && peer.name < host.name {
        (&peer.name, &host.name)
    } else {
        (&host.name, &peer.name)
    };
    let place = &site.host(first).unwrap_or(host).origin;
    Diagnostic::error(
        RULE.code,
        format!(
            "`{first}` and `{second}` cannot reach each other over `{}`",
            tunnel.name
        ),
    )
    .at_key(&tunnel.origin, "each host calls each other one directly")
    .at(place.child("address"), "no public address that the other could call")
    .why("One of two has to be where the other can call it: a public address of a family that both have.")
    .help("write the public address of one of them: `address: {public: …, private: …}`")
}
