//! What the zones say.

mod alias_as_target;
mod caa_forbids_issuer;
mod cname_not_alone;
mod name_leads_elsewhere;
mod outside_zone;
mod sender_without_spf;
mod spf_invalid;
mod target_without_address;

use super::Rule;
use crate::check::references::is_doubled;
use crate::check::zone;
use crate::site::{Record, Site, Zone};

/// By code.
pub(super) const RULES: &[Rule] = &[
    alias_as_target::RULE,
    caa_forbids_issuer::RULE,
    cname_not_alone::RULE,
    name_leads_elsewhere::RULE,
    outside_zone::RULE,
    sender_without_spf::RULE,
    spf_invalid::RULE,
    target_without_address::RULE,
];

/// Records of the author's own.
fn written(zone: &Zone) -> impl Iterator<Item = &Record> {
    zone.records
        .iter()
        .filter(|record| record.origin.is_within(&zone.origin))
}

/// The name that a record points at, with the zone of ours that holds it; none for a name elsewhere or misspelt.
fn target<'a>(site: &'a Site, own: &Zone, record: &Record) -> Option<(String, &'a Zone)> {
    let points = matches!(record.kind.as_str(), "CNAME" | "MX" | "NS" | "SRV");
    let name = own.target(record);
    if !points || name.is_empty() || is_doubled(&name, &own.name) {
        return None;
    }
    let zone = zone::of(site, &name)?;
    Some((name, zone))
}
