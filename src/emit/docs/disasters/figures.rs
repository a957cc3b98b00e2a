//! How long each part of a recovery takes: what the manifest says, and what is assumed, by its name.
//!
//! An assumption stands in the runbook as one, with its number, so that whoever knows better can put another in its place.

use super::super::backups::elsewhere;
use super::super::machines::size;
use crate::site::{Calendar, Host, SecretSource, Site};

/// Minutes until people say that something is wrong.
const SAID: u64 = 60;
/// Minutes until the service that waits for a heartbeat misses it, and tells somebody.
const MISSED: u64 = 10;
/// Minutes until somebody who may log in is at work.
const PERSON: u64 = 30;
/// Minutes until a provider has made a machine.
const MACHINE: u64 = 60;
/// Minutes of an installation on a bare machine.
const INSTALLED: u64 = 20;
/// Minutes to promote a standby and to install on those who use it.
const PROMOTED: u64 = 30;
/// Minutes until others' caches have forgotten an address, where the zone is not ours.
const FORGOTTEN: u64 = 60;
/// Minutes to withdraw a secret where it comes from, and to get another.
const WITHDRAWN: u64 = 10;
/// Bytes that come back in a minute: fetched, decrypted, and loaded with indexes.
const RATE: u64 = (20 * 60) << 20;
/// Bytes of a disk that the manifest says nothing of.
const DISK: u64 = 100 << 30;

/// What a recovery is made of, in minutes.
pub(super) struct Figures {
    noticed: u64,
    silent: u64,
    /// A heartbeat is missed from elsewhere.
    missed: bool,
    names: u64,
    /// The names' time to live is the manifest's.
    ours: bool,
    withdrawn: usize,
}

pub(super) struct Part {
    pub(super) what: String,
    pub(super) minutes: u64,
    pub(super) because: String,
}

impl Figures {
    pub(super) fn new(site: &Site) -> Self {
        let missed = site
            .hosts
            .iter()
            .all(|host| host.watch.as_ref().is_some_and(|watch| watch.heartbeat.is_some()));
        let served = site.hosts.iter().flat_map(|host| &host.dns).flat_map(|dns| &dns.zones);
        let zones = served.chain(site.hosted.iter().flat_map(|hosted| &hosted.zones));
        let ttl = zones.map(|zone| u64::from(zone.ttl).div_ceil(60)).max();
        let is_provided = |source: &SecretSource| matches!(source, SecretSource::Provided(_));
        Self {
            noticed: SAID,
            silent: if missed { MISSED } else { SAID },
            missed,
            names: ttl.unwrap_or(FORGOTTEN),
            ours: ttl.is_some(),
            withdrawn: site.secrets.iter().filter(|secret| is_provided(&secret.source)).count(),
        }
    }

    /// A part of the data is brought back where it was.
    pub(super) fn damaged(&self, site: &Site) -> u64 {
        let slowest = site.hosts.iter().filter(|host| host.backup.is_some()).map(comes_back);
        self.noticed + PERSON + slowest.max().unwrap_or(0)
    }

    /// Another machine takes the place of one.
    pub(super) fn lost(&self, host: &Host) -> u64 {
        self.silent + PERSON + MACHINE + self.filled(host) + self.names
    }

    pub(super) fn promoted(&self) -> u64 {
        self.silent + PERSON + PROMOTED
    }

    /// Other machines take the place of all, one after the other.
    pub(super) fn all_lost(&self, site: &Site) -> u64 {
        let filled: u64 = site.hosts.iter().map(|host| self.filled(host)).sum();
        self.silent + PERSON + MACHINE + filled + self.names
    }

    /// As if it were lost, and every secret is made anew.
    pub(super) fn broken_into(&self, site: &Site) -> u64 {
        let slowest = site.hosts.iter().map(|host| self.filled(host)).max().unwrap_or(0);
        let withdrawn = u64::try_from(self.withdrawn).unwrap_or(u64::MAX);
        (self.noticed + PERSON + MACHINE + slowest + self.names).saturating_add(withdrawn.saturating_mul(WITHDRAWN))
    }

    fn filled(&self, host: &Host) -> u64 {
        let data = elsewhere(host).next().map_or(0, |_| comes_back(host));
        INSTALLED + data
    }

    /// Each with where it comes from.
    pub(super) fn parts(&self, site: &Site) -> Vec<Part> {
        let part = |what: &str, minutes: u64, because: &str| Part {
            what: what.to_owned(),
            minutes,
            because: because.to_owned(),
        };
        let mut parts = vec![part("people say that data is wrong", self.noticed, "assumed")];
        parts.push(if self.missed {
            part(
                "a silent host's heartbeat is missed",
                self.silent,
                "assumed of the service that waits for it",
            )
        } else {
            part(
                "people say that a host is silent",
                self.silent,
                "assumed; `monitoring.health.heartbeat` would tell sooner",
            )
        });
        parts.push(part("somebody who may log in is at work", PERSON, "assumed"));
        parts.push(part("the provider has made a machine", MACHINE, "assumed"));
        parts.push(part(
            "the bundle is installed, with packages and images",
            INSTALLED,
            "assumed; `time ./install.sh --apply` on a spare machine measures it",
        ));
        for host in site.hosts.iter().filter(|host| host.backup.is_some()) {
            let disk = if host.disk == 0 {
                format!("assumed: a disk of {}", size(DISK))
            } else {
                format!("derived: the disk has {}", size(host.disk))
            };
            let because = format!(
                "{disk}, so at most {} can be brought back, which takes three times the room; assumed: 20 MiB/s",
                size(held(host)),
            );
            let what = format!("data comes back on {}", host.name);
            parts.push(part(&what, comes_back(host), &because));
        }
        if site.services.iter().any(|service| service.replication.is_some()) {
            parts.push(part(
                "a standby is promoted, and its clients are led to it",
                PROMOTED,
                "assumed",
            ));
        }
        let because = if self.ours {
            "derived: the zones' `ttl`; nothing where the new machine takes the address over"
        } else {
            "assumed; nothing where the new machine takes the address over"
        };
        parts.push(part("names lead to another address", self.names, because));
        if self.withdrawn > 0 {
            let what = format!("{} provided secrets are withdrawn and made anew", self.withdrawn);
            let minutes = u64::try_from(self.withdrawn)
                .unwrap_or(u64::MAX)
                .saturating_mul(WITHDRAWN);
            parts.push(part(&what, minutes, "assumed: 10 each; the number is the manifest's"));
        }
        parts
    }
}

/// The most that can be brought back there: what is, what comes, and what it is made of lie beside each other.
fn held(host: &Host) -> u64 {
    if host.disk == 0 { DISK / 3 } else { host.disk / 3 }
}

fn comes_back(host: &Host) -> u64 {
    held(host).div_ceil(RATE)
}

/// The most that a schedule leaves unsaved.
pub(super) fn unsaved(schedule: &str) -> String {
    let wait = Calendar::new(schedule).and_then(|calendar| calendar.longest_wait());
    wait.map_or_else(|| "more than a year".to_owned(), |minutes| duration(minutes.into()))
}

/// Rounded up to quarters of an hour.
pub(super) fn about(minutes: u64) -> String {
    duration(minutes.div_ceil(15).saturating_mul(15))
}

fn duration(minutes: u64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) if hours > 48 && hours.is_multiple_of(24) => format!("{} days", hours / 24),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::fixture;

    #[test]
    fn the_longest_wait_is_what_is_lost() {
        assert_eq!(unsaved("0 2 * * *"), "24 h");
        assert_eq!(unsaved("*/15 * * * *"), "15 min");
        assert_eq!(unsaved("0 8,18 * * *"), "14 h");
        assert_eq!(unsaved("30 2 * * 0"), "7 days");
        assert_eq!(unsaved("0 8,18 * * mon-fri"), "62 h");
    }

    #[test]
    fn a_larger_disk_takes_longer() {
        let mut host = fixture::host("vps");
        host.disk = 200 << 30;
        assert_eq!(comes_back(&host), 57);
        host.disk = 1 << 40;
        assert_eq!(comes_back(&host), 292);
    }

    #[test]
    fn times_are_rounded_up() {
        assert_eq!(about(1), "15 min");
        assert_eq!(about(147), "2 h 30 min");
        assert_eq!(about(240), "4 h");
    }
}
