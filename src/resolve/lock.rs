//! What was allocated, so that a new service never renumbers another one.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// `sitewright.lock`: allocations by environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Edition of the lock's form.
    pub version: u32,
    #[serde(default)]
    pub environments: BTreeMap<String, EnvironmentLock>,
}

/// The allocations of one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentLock {
    /// Host → process → first port on the host.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ports: BTreeMap<String, BTreeMap<String, u16>>,
    /// Host → container network → subnet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subnets: BTreeMap<String, BTreeMap<String, Ipv4Net>>,
    /// Zone → serial, and what it was given for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub zones: BTreeMap<String, ZoneLock>,
    /// Image as the manifest has it → digest that was looked up for its tag.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneLock {
    pub serial: u32,
    pub digest: String,
}

/// First port that is given to a process whose own is taken.
const FIRST_PORT: u16 = 20_000;

/// Gives out what the old lock has, and something new only where it has nothing.
#[derive(Debug)]
pub(super) struct Allocator<'a> {
    old: &'a EnvironmentLock,
    new: EnvironmentLock,
    taken: BTreeMap<String, BTreeSet<u16>>,
}

impl<'a> Allocator<'a> {
    pub(super) fn new(old: &'a EnvironmentLock) -> Self {
        Self {
            old,
            // Pins are given by `sitewright pin` alone, which also drops those that nobody needs: while one is there, an
            // image without is told.
            new: EnvironmentLock {
                pins: old.pins.clone(),
                ..EnvironmentLock::default()
            },
            taken: BTreeMap::new(),
        }
    }

    /// Marks a port that somebody chose; false if it is taken already.
    pub(super) fn take(&mut self, host: &str, port: u16) -> bool {
        self.taken.entry(host.to_owned()).or_default().insert(port)
    }

    /// `count` ports in a row: as before, else `wanted`, else the first that are free.
    pub(super) fn ports(&mut self, host: &str, process: &str, wanted: u16, count: u16) -> u16 {
        let before = self.old.ports.get(host).and_then(|ports| ports.get(process)).copied();
        // A port that another process of the old lock still has is not free for a newcomer.
        let reserved: BTreeSet<u16> = self
            .old
            .ports
            .get(host)
            .into_iter()
            .flatten()
            .filter(|(name, _)| *name != process)
            .map(|(_, port)| *port)
            .collect();
        let taken = self.taken.entry(host.to_owned()).or_default();
        let is_free = |first: u16, also: &BTreeSet<u16>| {
            first
                .checked_add(count)
                .is_some_and(|end| (first..end).all(|port| !taken.contains(&port) && !also.contains(&port)))
        };
        let first = before
            .filter(|first| is_free(*first, &BTreeSet::new()))
            .or_else(|| Some(wanted).filter(|first| is_free(*first, &reserved)))
            .or_else(|| (FIRST_PORT..=u16::MAX - count).find(|first| is_free(*first, &reserved)))
            .unwrap_or(wanted);
        taken.extend(first..first.saturating_add(count));
        self.new
            .ports
            .entry(host.to_owned())
            .or_default()
            .insert(process.to_owned(), first);
        first
    }

    /// The subnet of a container network, out of 172.30.0.0/16.
    pub(super) fn subnet(&mut self, host: &str, network: &str) -> Ipv4Net {
        if let Some(known) = self.new.subnets.get(host).and_then(|subnets| subnets.get(network)) {
            return *known;
        }
        let old = self.old.subnets.get(host);
        let chosen = old
            .and_then(|subnets| subnets.get(network))
            .copied()
            .unwrap_or_else(|| {
                let used: Vec<Ipv4Net> = old
                    .into_iter()
                    .flatten()
                    .chain(self.new.subnets.get(host).into_iter().flatten())
                    .map(|(_, net)| *net)
                    .collect();
                (0..=u8::MAX)
                    .map(|third| Ipv4Net::new_assert(Ipv4Addr::new(172, 30, third, 0), 24))
                    .find(|net| !used.contains(net))
                    .expect("a host has far fewer than 256 container networks")
            });
        self.new
            .subnets
            .entry(host.to_owned())
            .or_default()
            .insert(network.to_owned(), chosen);
        chosen
    }

    /// The serial of a zone with these records: one more than before if they differ.
    pub(super) fn serial(&mut self, zone: &str, records: &str) -> u32 {
        let digest: String = Sha256::digest(records)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let serial = match self.old.zones.get(zone) {
            Some(before) if before.digest == digest => before.serial,
            Some(before) => before.serial.wrapping_add(1).max(1),
            None => 1,
        };
        self.new.zones.insert(zone.to_owned(), ZoneLock { serial, digest });
        serial
    }

    /// The digest that an image is pinned to.
    pub(super) fn pin(&self, image: &str) -> Option<&str> {
        self.old.pins.get(image).map(String::as_str)
    }

    pub(super) fn has_pins(&self) -> bool {
        !self.old.pins.is_empty()
    }

    pub(super) fn finish(self) -> EnvironmentLock {
        self.new
    }
}
