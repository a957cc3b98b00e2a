//! WireGuard: the interface of each encrypted network, kept by `wg-quick`, which works beside whatever else sets up the
//! network of a Debian or Ubuntu server.
//!
//! A private key is made on its host and stays there; the others know its public half from the manifest. A change of
//! peers is taken in without a break: only another address or packet size makes the interface anew.

use ipnet::IpNet;
use serde::Serialize;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, render};
use crate::site::{
    Action, EnabledUnit, Encoding, Host, Package, Pointer, Site, Tunnel, TunnelPeer, order, placeholder,
};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "wireguard";

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    for tunnel in &host.tunnels {
        add(&mut emission, site, host, tunnel);
    }
    if !host.tunnels.is_empty() {
        emission.packages.push(Package::of_distribution("wireguard-tools"));
        addresses(&mut emission, site, host);
    }
    emission
}

fn add(emission: &mut Emission, site: &Site, host: &Host, tunnel: &Tunnel) {
    let (name, action) = (&tunnel.name, format!("{NAME}-{}", tunnel.name));
    let unit = format!("wg-quick@{name}.service");
    let rendered = render(
        Language::Systemd,
        "wireguard/tunnel",
        include_str!("tunnel.conf.hbs"),
        &View::new(tunnel),
    );
    emission.artifacts.push(
        Artifact::new(NAME, format!("/etc/wireguard/{name}.conf"), rendered.text)
            .mode(0o600)
            .triggers(&action)
            .traced(rendered.lines),
    );
    let order = format!(
        "# Made by Sitewright from the site's manifest: change that, not this file.\n# What listens or calls there finds it up.\n[Unit]\nBefore={}\n",
        after(site, host).join(" ")
    );
    emission.artifacts.push(
        Artifact::new(NAME, format!("/etc/systemd/system/{unit}.d/{}.conf", site.name), order)
            .from([tunnel.origin.clone()]),
    );
    emission.actions.push(Action {
        name: action,
        order: order::NETWORK,
        // What does not parse is named as such; that there is no such interface is right.
        check: Some(format!(
            "wg-quick strip {name} >/dev/null && ! {{ wg setconf sitewright <(wg-quick strip {name}) || true; }} 2>&1 | grep -q 'parsing error'"
        )),
        run: Some(format!(
            "systemctl -q is-active {unit} || exit 0; if {}; then systemctl reload {unit}; else systemctl restart {unit}; fi",
            unchanged(tunnel)
        )),
        effect: format!("takes in the peers of {name} without a break; another address makes the interface anew"),
    });
    emission.enabled.push(EnabledUnit {
        name: unit,
        order: order::NETWORK,
    });
}

/// A shell condition: the interface has the address and the packet size of its file.
fn unchanged(tunnel: &Tunnel) -> String {
    let name = &tunnel.name;
    let address = format!("ip -o address show dev {name} | grep -qF ' {} '", tunnel.address);
    let mtu = tunnel
        .mtu
        .map(|mtu| format!(" && [ \"$(cat /sys/class/net/{name}/mtu)\" = {mtu} ]"));
    address + &mtu.unwrap_or_default()
}

/// Units that listen or call, which start once the tunnel is there.
fn after(site: &Site, host: &Host) -> Vec<String> {
    let mut units: Vec<String> = vec!["docker.service".into(), "nginx.service".into()];
    units.push(format!("{}-coredns.service", site.name));
    let servers = host.enabled.iter().filter(|unit| unit.order >= order::DATABASE);
    units.extend(servers.map(|unit| unit.name.clone()));
    for unit in &host.units {
        if unit.instances.is_empty() {
            units.push(format!("{}.service", unit.name));
        }
        units.extend(
            unit.instances
                .iter()
                .map(|instance| format!("{}@{instance}.service", unit.name)),
        );
    }
    units.sort();
    units.dedup();
    units
}

/// A server that listens at an address of a tunnel may start before the tunnel, and stays when it is made anew.
fn addresses(emission: &mut Emission, site: &Site, host: &Host) {
    let text = "# Servers listen at addresses of tunnels, which come and go with them.\nnet.ipv4.ip_nonlocal_bind = 1\nnet.ipv6.ip_nonlocal_bind = 1\n";
    let origins = host.tunnels.iter().map(|tunnel| tunnel.origin.clone());
    emission.artifacts.push(
        Artifact::new(NAME, format!("/etc/sysctl.d/60-{}-tunnels.conf", site.name), text)
            .triggers("sysctl")
            .from(origins),
    );
    emission.actions.push(Action {
        name: "sysctl".into(),
        order: order::SYSTEM,
        check: None,
        run: Some("systemctl restart systemd-sysctl.service".into()),
        effect: "sets kernel parameters".into(),
    });
}

#[derive(Serialize)]
struct View {
    origin: Pointer,
    key: String,
    address: String,
    port: u16,
    mtu: Option<u16>,
    peers: Vec<PeerView>,
}

#[derive(Serialize)]
struct PeerView {
    origin: Pointer,
    name: String,
    public_key: Option<String>,
    allowed: String,
    endpoint: Option<String>,
    keepalive: Option<u16>,
}

impl View {
    fn new(tunnel: &Tunnel) -> Self {
        Self {
            origin: tunnel.origin.clone(),
            key: placeholder(&tunnel.key, Encoding::Raw),
            address: tunnel.address.to_string(),
            port: tunnel.port,
            mtu: tunnel.mtu,
            peers: tunnel.peers.iter().map(PeerView::new).collect(),
        }
    }
}

impl PeerView {
    fn new(peer: &TunnelPeer) -> Self {
        Self {
            origin: peer.origin.clone(),
            name: peer.name.clone(),
            public_key: peer.public_key.clone(),
            allowed: IpNet::from(peer.address).to_string(),
            endpoint: peer.endpoint.map(|endpoint| endpoint.to_string()),
            keepalive: peer.keepalive,
        }
    }
}

#[cfg(test)]
mod tests;
