//! Encrypted networks: which hosts are in them, whom each calls where, and what only they let in.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::{at, host_mut};
use crate::diag::{Diagnostic, listing, suggest};
use crate::kind::Secrets;
use crate::manifest::{Manifest, WireGuard};
use crate::site::*;

/// Routers forget a way that nothing has used for half a minute.
const KEEPALIVE: u16 = 25;

/// A host as the networks see it.
struct Member {
    host: String,
    origin: Pointer,
    address: IpNet,
    public: Vec<IpAddr>,
    public_key: Option<String>,
}

/// Gives each host its tunnels, with the secret of each and the way in to it.
pub(super) fn tunnels(manifest: &Manifest, hosts: &mut [Host], secrets: &mut Secrets, found: &mut Vec<Diagnostic>) {
    let mut carries: Option<Pointer> = None;
    for (name, network) in &manifest.networks {
        let name = name.as_str();
        let (section, origin) = (&network.wireguard, at(["networks", name, "wireguard"]));
        unknown_hosts(section, &origin, hosts, found);
        let own = section.hosts.values().any(|host| host.address.is_some());
        if !own && let Some(first) = &carries {
            found.push(carried_twice(first, &origin));
            continue;
        }
        let members = members(manifest, section, own, &origin, hosts, found);
        if !own {
            carries = Some(origin.clone());
        }
        for member in &members {
            let tunnel = tunnel(name, section, &origin, member, &members);
            secrets.declare(
                &tunnel.key,
                &origin,
                SecretSource::Generated("keypair=wireguard".to_owned()),
                None,
            );
            secrets.rotates(
                &tunnel.key,
                Rotation::Elsewhere(format!(
                    "its public half stands in the manifest: remove the file on {0}, run install.sh --public-keys there, \
                     put what it prints into the manifest, compile, and apply on every host of the network, {0} first",
                    member.host
                )),
            );
            secrets.need(&tunnel.key, &member.host, &format!("networks.{name}"), &origin);
            let host = host_mut(hosts, &member.host);
            host.openings.extend(opening(&tunnel, member, &members));
            host.tunnels.push(tunnel);
        }
    }
}

/// Where the network has addresses of its own, those who have one; else whoever has a private address.
fn members(
    manifest: &Manifest,
    section: &WireGuard,
    own: bool,
    origin: &Pointer,
    hosts: &[Host],
    found: &mut Vec<Diagnostic>,
) -> Vec<Member> {
    let mut members = Vec::new();
    for host in hosts {
        let known = section.hosts.get(host.name.as_str());
        let in_network = origin.child("hosts").child(&host.name);
        let place = if own {
            known.map(|known| (known.address, in_network.child("address")))
        } else {
            let address = &manifest.hosts[host.name.as_str()].address;
            let place = host.origin.child("address").child("private");
            (known.is_some() || address.private.is_some()).then_some((address.private, place))
        };
        match place {
            Some((Some(address), origin)) => members.push(Member {
                host: host.name.clone(),
                origin,
                address: IpNet::new(address.ip, address.prefix.unwrap_or(whole(address.ip)))
                    .expect("the prefix was checked when it was read"),
                public: host.public.clone(),
                public_key: known.and_then(|known| known.public_key.as_ref().map(ToString::to_string)),
            }),
            Some((None, _)) => found.push(without_address(&host.name, &in_network, own)),
            None => {}
        }
    }
    members
}

fn whole(ip: IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}

fn tunnel(name: &str, section: &WireGuard, origin: &Pointer, member: &Member, members: &[Member]) -> Tunnel {
    let behind_router = member.public.is_empty();
    let hosts = members
        .iter()
        .filter(|other| other.host != member.host)
        .map(|other| TunnelPeer {
            name: other.host.clone(),
            origin: other.origin.clone(),
            is_host: true,
            public_key: other.public_key.clone(),
            address: other.address.addr(),
            endpoint: endpoint(member, other).map(|ip| SocketAddr::new(ip, section.port.get())),
            keepalive: (behind_router && !other.public.is_empty()).then_some(KEEPALIVE),
        });
    let devices = section.peers.iter().map(|(name, peer)| TunnelPeer {
        name: name.to_string(),
        origin: origin.child("peers").child(name.as_str()),
        is_host: false,
        public_key: Some(peer.public_key.to_string()),
        address: peer.address.ip,
        endpoint: None,
        keepalive: None,
    });
    Tunnel {
        name: name.to_owned(),
        origin: origin.clone(),
        address: member.address,
        port: section.port.get(),
        mtu: section.mtu,
        key: format!("wireguard.{name}.{}", member.host),
        public_key: member.public_key.clone(),
        peers: hosts.chain(devices).collect(),
    }
}

/// A public address of the other that this host has a family in common with.
fn endpoint(member: &Member, other: &Member) -> Option<IpAddr> {
    let common =
        |ip: &&IpAddr| member.public.is_empty() || member.public.iter().any(|own| own.is_ipv4() == ip.is_ipv4());
    other.public.iter().find(common).copied()
}

/// Who calls is let in by address, where all have one that is known; a device comes from anywhere.
fn opening(tunnel: &Tunnel, member: &Member, members: &[Member]) -> Option<Opening> {
    let others = || members.iter().filter(|other| other.host != member.host);
    let anywhere = tunnel.peers.iter().any(|peer| !peer.is_host) || others().any(|other| other.public.is_empty());
    let from = if anywhere {
        Vec::new()
    } else {
        others()
            .flat_map(|other| &other.public)
            .map(|ip| IpNet::from(*ip))
            .collect()
    };
    let called = !member.public.is_empty() && !tunnel.peers.is_empty();
    called.then(|| Opening {
        origin: tunnel.origin.clone(),
        comment: format!("WireGuard {}", tunnel.name),
        protocol: Protocol::Udp,
        ports: (tunnel.port, tunnel.port),
        from,
        interface: None,
        limit: false,
    })
}

/// What is open to addresses of a tunnel alone is open to what comes out of that tunnel, whoever claims the address.
pub(super) fn narrow(hosts: &mut [Host]) {
    for host in hosts {
        for opening in host.openings.iter_mut().filter(|opening| !opening.from.is_empty()) {
            let within = |tunnel: &&Tunnel| opening.from.iter().all(|net| tunnel.address.contains(net));
            opening.interface = host.tunnels.iter().find(within).map(|tunnel| tunnel.name.clone());
        }
    }
}

fn unknown_hosts(section: &WireGuard, origin: &Pointer, hosts: &[Host], found: &mut Vec<Diagnostic>) {
    let names = || hosts.iter().map(|host| host.name.as_str());
    for name in section
        .hosts
        .keys()
        .filter(|name| !names().any(|known| known == name.as_str()))
    {
        let help = suggest(name.as_str(), names()).map_or_else(
            || format!("the hosts are {}", listing(names())),
            |near| format!("did you mean `{near}`?"),
        );
        found.push(
            Diagnostic::error("unknown-host", format!("there is no host `{name}`"))
                .at_key(
                    &origin.child("hosts").child(name.as_str()),
                    "this host is not under `hosts`",
                )
                .why("Who is no host of the manifest is under `peers` of the network.")
                .help(help),
        );
    }
}

fn carried_twice(first: &Pointer, second: &Pointer) -> Diagnostic {
    Diagnostic::error(
        "network-address",
        "two networks would have the hosts' private addresses",
    )
    .at_key(second, "none of its hosts has an address of its own here")
    .at_key(first, "nor here")
    .why("An address is of one interface.")
    .help("give the hosts of one of them addresses in it: `hosts: {NAME: {address: 10.8.0.1/24}}`")
}

fn without_address(host: &str, origin: &Pointer, own: bool) -> Diagnostic {
    let (label, help) = if own {
        (
            "it has none here, and others have",
            "write `address` beside it, as the others have it".to_owned(),
        )
    } else {
        (
            "and it has no private address",
            format!(
                "write `hosts: {{{host}: {{address: {{public: …, private: 10.8.0.1/24}}}}}}`, or an `address` here for every host of the network"
            ),
        )
    };
    Diagnostic::error("network-address", format!("`{host}` has no address in this network"))
        .at_key(origin, label)
        .why("The others reach it at that address.")
        .help(help)
}
