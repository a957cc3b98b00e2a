//! What a service keeps, and what a server of ours is told.

use serde::Serialize;

use super::*;

/// A folder or file that a service writes, as its `data` declares it.
#[derive(Debug, Clone)]
pub struct Data {
    pub origin: Pointer,
    /// Where the process finds it: on the host, or in its container.
    pub path: String,
    /// It is an SQLite database, not files.
    pub sqlite: bool,
    pub backup: bool,
}

/// How a server of ours is configured.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    /// Bytes that it may use at most: its limit, or else its share of the host.
    pub memory: u64,
    /// Processes and threads that it may have, where the manifest limits them.
    pub pids: Option<u32>,
    /// All that its configuration says, in its order.
    pub settings: Vec<Setting>,
}

/// Copies of a server's data on other hosts, which follow the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replication {
    pub origin: Pointer,
    /// The host that takes writes, and that clients are led to.
    pub primary: String,
    /// The hosts that follow, in the manifest's order.
    pub standbys: Vec<String>,
    /// The protocol encrypts what goes between them.
    pub encrypted: bool,
    /// Seconds that a standby may be behind.
    pub max_lag: u64,
}

impl Replication {
    /// Every host with the data, the primary first.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.primary).chain(&self.standbys).map(String::as_str)
    }
}

/// Copies of a server's data on several hosts, which choose another primary by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failover {
    pub origin: Pointer,
    /// The hosts with a copy; the first is the primary until there was a failover.
    pub members: Vec<String>,
    /// How many of them have to find the primary lost.
    pub quorum: u32,
    /// Seconds for which it must not answer.
    pub down_after: u64,
}

/// A line of a server's configuration.
#[derive(Debug, Clone, Serialize)]
pub struct Setting {
    /// Where it comes from: under `settings` of the service if its author wrote it.
    pub origin: Pointer,
    pub name: String,
    pub value: String,
}

impl Configuration {
    /// What a setting is in the end; names are of any case.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings
            .iter()
            .rfind(|setting| setting.name.eq_ignore_ascii_case(name))
    }
}
