//! Encrypted networks: who is in them, how keys come to be known, and what a device is set up with.

use serde::Serialize;

use super::machines::address;
use super::table::table;
use super::{Section, markdown};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Host, Site, Tunnel};

#[derive(Serialize)]
struct View {
    rows: String,
    /// The commands that collect the keys of hosts.
    collect: Vec<String>,
    pending: Option<String>,
    devices: Vec<Device>,
}

#[derive(Serialize)]
struct Device {
    name: String,
    network: String,
    address: String,
    hosts: Vec<Called>,
}

/// A host as a device calls it.
#[derive(Serialize)]
struct Called {
    name: String,
    public_key: String,
    allowed: String,
    endpoint: String,
}

pub(super) fn on_host(host: &Host) -> Section {
    let rows: Vec<_> = host
        .tunnels
        .iter()
        .flat_map(|tunnel| tunnel.peers.iter().map(move |peer| (tunnel, peer)))
        .map(|(tunnel, peer)| {
            let called = peer
                .endpoint
                .map_or_else(|| "it calls this host".into(), |endpoint| code(&endpoint.to_string()));
            let key = peer
                .public_key
                .as_deref()
                .map_or_else(|| "**not known yet**".into(), code);
            [
                code(&tunnel.name),
                text(&peer.name),
                code(&peer.address.to_string()),
                called,
                key,
            ]
        })
        .collect();
    let rows = table(["Network", "Peer", "Address", "Called at", "Public key"], &rows);
    let looks = host.tunnels.iter().map(|tunnel| format!("wg show {}\n", tunnel.name));
    (!host.tunnels.is_empty()).then(|| {
        format!(
            "## Private networks\n\nWireGuard encrypts what goes over them, and lets in only who has a key that is known here. A peer whose key \
             is not known yet is left out: the [runbook](../RUNBOOK.md#private-networks) says how keys are collected.\n\n{rows}\n\
             ```sh\n{}```\n\n`latest handshake` is at most some minutes old while something is sent. None at all: the key of one side is not \
             what the other has, or UDP does not come through.\n",
            looks.collect::<String>()
        )
    })
}

pub(super) fn everywhere(site: &Site) -> Section {
    let members = || {
        site.hosts
            .iter()
            .flat_map(|host| host.tunnels.iter().map(move |tunnel| (host, tunnel)))
    };
    let rows: Vec<_> = members()
        .map(|(host, tunnel)| {
            let key = tunnel
                .public_key
                .as_deref()
                .map_or_else(|| "**not known yet**".into(), code);
            [
                code(&tunnel.name),
                text(&host.name),
                code(&tunnel.address.to_string()),
                tunnel.port.to_string(),
                key,
            ]
        })
        .collect();
    let hosts = site.hosts.iter().filter(|host| !host.tunnels.is_empty());
    let pending: Vec<String> = members()
        .filter(|(_, tunnel)| tunnel.public_key.is_none())
        .map(|(host, tunnel)| format!("{} in {}", text(&host.name), code(&tunnel.name)))
        .collect();
    let view = View {
        rows: table(["Network", "Host", "Address", "UDP port", "Public key"], &rows),
        collect: hosts
            .map(|host| {
                format!(
                    "ssh root@{} 'cd {}-bundle/{} && ./install.sh --public-keys' >keys/{}-{}.yaml",
                    address(host),
                    site.name,
                    host.name,
                    site.environment,
                    host.name
                )
            })
            .collect(),
        pending: (!pending.is_empty()).then(|| pending.join(", ")),
        devices: devices(site),
    };
    (!rows.is_empty()).then(|| markdown("docs/networks", include_str!("networks.md.hbs"), &view))
}

/// Each device once a network, with every host that can be called.
fn devices(site: &Site) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    for tunnel in site.hosts.iter().flat_map(|host| &host.tunnels) {
        for peer in tunnel.peers.iter().filter(|peer| !peer.is_host) {
            let known = |device: &Device| device.name == peer.name && device.network == tunnel.name;
            if !devices.iter().any(known) {
                devices.push(Device {
                    name: peer.name.clone(),
                    network: tunnel.name.clone(),
                    address: format!("{}/{}", peer.address, tunnel.address.prefix_len()),
                    hosts: site
                        .hosts
                        .iter()
                        .filter_map(|host| called(host, &tunnel.name))
                        .collect(),
                });
            }
        }
    }
    devices
}

fn called(host: &Host, network: &str) -> Option<Called> {
    let tunnel: &Tunnel = host.tunnels.iter().find(|tunnel| tunnel.name == network)?;
    let public = host.public.first()?;
    Some(Called {
        name: host.name.clone(),
        public_key: tunnel
            .public_key
            .clone()
            .unwrap_or_else(|| format!("(not known yet: that of {})", host.name)),
        allowed: ipnet::IpNet::from(tunnel.address.addr()).to_string(),
        endpoint: std::net::SocketAddr::new(*public, tunnel.port).to_string(),
    })
}
