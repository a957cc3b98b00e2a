//! What a name server answers, ours or a provider's, for rules about zones.

use super::domains::is_within;
use crate::site::{Record, Site, Zone};

/// Every zone once; several hosts may serve it.
pub(super) fn zones(site: &Site) -> Vec<&Zone> {
    let mut all: Vec<&Zone> = Vec::new();
    let own = site.hosts.iter().flat_map(|host| &host.dns).flat_map(|dns| &dns.zones);
    for zone in own.chain(site.hosted.iter().flat_map(|hosted| &hosted.zones)) {
        if all.iter().all(|known| known.origin != zone.origin) {
            all.push(zone);
        }
    }
    all
}

/// The zone of ours that holds a name.
pub(super) fn of<'a>(site: &'a Site, name: &str) -> Option<&'a Zone> {
    zones(site)
        .into_iter()
        .filter(|zone| is_within(name, &zone.name))
        .max_by_key(|zone| zone.name.len())
}

/// Where a name leads.
#[derive(Debug, Clone)]
pub(super) enum Leads<'a> {
    /// To these A and AAAA records, of its own or of a wildcard.
    To(Vec<&'a Record>),
    /// To another name.
    Alias(&'a Record),
    /// Another name server knows.
    Elsewhere,
    Nowhere,
}

impl Zone {
    /// The whole name of a record's owner.
    pub(super) fn whole(&self, owner: &str) -> String {
        if owner == "@" {
            self.name.clone()
        } else {
            format!("{owner}.{}", self.name)
        }
    }

    /// The whole name that a record points at, without a trailing dot.
    pub(super) fn target(&self, record: &Record) -> String {
        let word = record.data.rsplit(' ').next().unwrap_or_default();
        match word.strip_suffix('.') {
            Some(absolute) => absolute.to_owned(),
            None => self.whole(word),
        }
    }

    /// The records of a whole name, as its owner.
    pub(super) fn at(&self, name: &str) -> impl Iterator<Item = &Record> {
        self.records
            .iter()
            .filter(move |record| self.whole(&record.name) == name)
    }

    /// What a resolver finds for a whole name within the zone (RFC 1034, RFC 4592).
    pub(super) fn leads(&self, name: &str) -> Leads<'_> {
        let mut up = name;
        while up != self.name {
            if self.at(up).any(|record| record.kind == "NS") {
                return Leads::Elsewhere;
            }
            let Some((_, parent)) = up.split_once('.') else { break };
            up = parent;
        }
        let exists = |name: &str| {
            self.records
                .iter()
                .any(|record| is_within(&self.whole(&record.name), name))
        };
        if exists(name) {
            return self.addresses(name);
        }
        // Only the wildcard of the nearest name that exists counts.
        let mut encloser = name;
        while let Some((_, parent)) = encloser.split_once('.') {
            encloser = parent;
            if exists(encloser) || encloser == self.name {
                return self.addresses(&format!("*.{encloser}"));
            }
        }
        Leads::Nowhere
    }

    fn addresses(&self, name: &str) -> Leads<'_> {
        if let Some(alias) = self.at(name).find(|record| record.kind == "CNAME") {
            return Leads::Alias(alias);
        }
        let addresses: Vec<&Record> = self
            .at(name)
            .filter(|record| matches!(record.kind.as_str(), "A" | "AAAA"))
            .collect();
        if addresses.is_empty() {
            Leads::Nowhere
        } else {
            Leads::To(addresses)
        }
    }
}
