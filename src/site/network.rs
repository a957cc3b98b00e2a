//! Private networks that the hosts make among themselves.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use super::*;

/// An encrypted network as one host is in it: its interface, and who is at the other ends.
#[derive(Debug, Clone)]
pub struct Tunnel {
    /// Of the network and of the interface.
    pub name: String,
    pub origin: Pointer,
    /// The host's own address in it, and the network.
    pub address: IpNet,
    /// UDP port that the host listens on.
    pub port: u16,
    /// Bytes of the largest packet, where the manifest says it.
    pub mtu: Option<u16>,
    /// Secret with the host's private key.
    pub key: String,
    /// The host's own public key, as far as the manifest knows it.
    pub public_key: Option<String>,
    /// Hosts first, then devices, each by name.
    pub peers: Vec<TunnelPeer>,
}

/// Another member of a [`Tunnel`].
#[derive(Debug, Clone)]
pub struct TunnelPeer {
    pub name: String,
    pub origin: Pointer,
    /// A host of the site, and no device of somebody's.
    pub is_host: bool,
    /// None is not known yet: it is left out until it is.
    pub public_key: Option<String>,
    pub address: IpAddr,
    /// Where it is called; one without calls.
    pub endpoint: Option<SocketAddr>,
    /// Seconds between packets that keep the way open through the router that this host is behind.
    pub keepalive: Option<u16>,
}

impl Host {
    /// The tunnel that this address of another host is reached through.
    pub fn tunnel_to(&self, address: IpAddr) -> Option<&Tunnel> {
        self.tunnels
            .iter()
            .find(|tunnel| tunnel.peers.iter().any(|peer| peer.is_host && peer.address == address))
    }
}
