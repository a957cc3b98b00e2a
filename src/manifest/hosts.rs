//! `hosts`: the machines, as they are.

use super::planned::Planned;
use super::values::{AbsolutePath, Address, Bytes, CpuCount, HostName, Mount, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"address": "203.0.113.10", "os": "debian-12"}))]
pub struct Host {
    /// Its addresses: one, a list, or `{public, private}`.
    #[schemars(example = &"203.0.113.10")]
    pub address: Addresses,
    /// The operating system that it runs. Default: `debian-12`.
    #[serde(default)]
    pub os: Os,
    /// What it has of processors, memory and disk; without it nothing is checked against a budget.
    pub size: Option<Size>,
    /// Its own name, relative to the site's domain. Default: the name here.
    #[schemars(example = &"psa-all-in-one")]
    pub hostname: Option<HostName>,
    /// The name that its public address resolves to in reverse, relative to the site's domain; mail servers need it.
    #[schemars(example = &"mail")]
    #[schemars(extend("x-planned" = true))]
    pub rdns: Option<HostName>,
    /// Disks beside the system's. Planned: this version refuses it.
    #[serde(default)]
    #[schemars(extend("x-planned" = true))]
    pub disks: BTreeMap<Name, Disk>,
    /// Memory for what nothing here starts, counted in the budget.
    #[serde(default)]
    pub reserve: BTreeMap<Name, Bytes>,
    /// How the machine itself is made. Planned: this version refuses it.
    pub provision: Option<Planned>,
}

/// The addresses of a host.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = {"string": "public", "array": "public"}))]
pub struct Addresses {
    /// Where the world reaches it, IPv4 and IPv6. A host with one address only has it here, whatever network it is of.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["203.0.113.10", "2001:db8::10"])]
    pub public: Vec<Address>,
    /// Where the other hosts reach it. Default: the first public address.
    #[schemars(example = &"10.0.0.2/24")]
    pub private: Option<Address>,
}

/// An operating system, by the names of its os-release file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
pub enum Os {
    #[default]
    #[serde(rename = "debian-12")]
    Debian12,
    #[serde(rename = "debian-13")]
    Debian13,
    #[serde(rename = "ubuntu-22.04")]
    Ubuntu2204,
    #[serde(rename = "ubuntu-24.04")]
    Ubuntu2404,
}

/// What a host has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"cpus": 4, "memory": "8GiB", "disk": "100GiB"}))]
pub struct Size {
    /// Processors.
    #[schemars(example = 4)]
    pub cpus: CpuCount,
    /// Memory.
    #[schemars(example = &"8GiB")]
    pub memory: Bytes,
    /// The system's disk.
    #[schemars(example = &"100GiB")]
    pub disk: Bytes,
}

/// A disk beside the system's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"mount": "/srv", "size": "1TiB"}))]
pub struct Disk {
    /// Where it is mounted.
    #[schemars(example = &"/srv")]
    pub mount: Mount,
    /// How much it holds.
    #[schemars(example = &"1TiB")]
    pub size: Bytes,
    /// The device, where the bundle shall mount it; without one it is expected to be mounted.
    #[schemars(example = &"/dev/disk/by-id/scsi-0HC_Volume_1")]
    pub device: Option<AbsolutePath>,
}
