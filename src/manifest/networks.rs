//! `networks`: private networks that the hosts make among themselves, and that people's devices join.

use super::values::{Address, Name, Port, WireGuardKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A private network; its interface on the hosts has its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"wireguard": {"port": 51820}}))]
pub struct Network {
    /// An encrypted network over the public addresses of the hosts, which reach one another directly.
    pub wireguard: WireGuard,
}

/// A WireGuard network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = {"true": {}}))]
#[schemars(example = serde_json::json!({"port": 51820, "peers": {"marie": {"public_key": "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", "address": "10.8.0.9"}}}))]
pub struct WireGuard {
    /// The UDP port that every host listens on. Default: 51820.
    #[serde(default = "port")]
    #[schemars(example = 51820)]
    pub port: Port,
    /// The largest packet in it, in bytes. Default: as large as the way to the peers allows, which is 1420 almost everywhere.
    #[schemars(range(min = 1280, max = 9000), example = 1420)]
    pub mtu: Option<u16>,
    /// What is known of its hosts. Default: each host with a `private` address is in it, at that address.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"vps": {"public_key": "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw="}}))]
    pub hosts: BTreeMap<Name, WireGuardHost>,
    /// Devices that are no hosts of the manifest, such as people's laptops. They call the hosts.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"marie": {"public_key": "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", "address": "10.8.0.9"}}))]
    pub peers: BTreeMap<Name, WireGuardPeer>,
}

fn port() -> Port {
    Port::new(51820).expect("not zero")
}

/// A host in a WireGuard network.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "public_key"))]
#[schemars(example = serde_json::json!({"public_key": "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw="}))]
pub struct WireGuardHost {
    /// Its public key: `install.sh --public-keys` makes the pair on the host and prints this. Until it is known here, the others leave the host out.
    pub public_key: Option<WireGuardKey>,
    /// Its address in this network. Default: its `private` one; either all hosts of a network have one of their own, or none.
    #[schemars(example = &"10.8.0.1/24")]
    pub address: Option<Address>,
}

/// A device in a WireGuard network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"public_key": "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=", "address": "10.8.0.9"}))]
pub struct WireGuardPeer {
    /// Its public key, which `wg pubkey` makes of the private one that stays on the device.
    pub public_key: WireGuardKey,
    /// Its address in this network.
    #[schemars(example = &"10.8.0.9")]
    pub address: Address,
}
