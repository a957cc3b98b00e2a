//! Zones that the site's own name servers answer for, and what the registrar must know.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::table::table;
use super::{Section, listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Host, Site, Zone};

#[derive(Serialize)]
struct View {
    zones: String,
    delegations: String,
    alone: bool,
    checks: Vec<String>,
}

pub(super) fn section(site: &Site) -> Section {
    let mut served: BTreeMap<&str, (&Zone, Vec<&Host>)> = BTreeMap::new();
    for host in &site.hosts {
        for zone in host.dns.iter().flat_map(|dns| &dns.zones) {
            served.entry(&zone.name).or_insert((zone, Vec::new())).1.push(host);
        }
    }
    if served.is_empty() {
        return None;
    }
    let zones: Vec<_> = served
        .values()
        .map(|(zone, hosts)| {
            let file = format!("{}/coredns/zones/{}.zone", site.etc(), zone.name);
            let hosts = listed(hosts.iter().map(|host| text(&host.name)));
            [
                code(&zone.name),
                hosts,
                zone.records.len().to_string(),
                zone.serial.to_string(),
                code(&file),
            ]
        })
        .collect();
    let delegations: Vec<_> = served.values().flat_map(|(zone, _)| delegation(zone)).collect();
    let addresses: BTreeSet<&str> = served
        .values()
        .flat_map(|(zone, _)| servers(zone))
        .flat_map(|(_, addresses)| addresses)
        .collect();
    let checks = served
        .values()
        .map(|(zone, hosts)| {
            let asked: Vec<String> = hosts
                .iter()
                .filter_map(|host| host.public.first())
                .map(|address| format!("dig +norecurse @{address} {} SOA", zone.name))
                .collect();
            format!("dig +trace {} NS; {}", zone.name, asked.join("; "))
        })
        .collect();
    let view = View {
        zones: table(["Zone", "Served by", "Records", "Serial", "File"], &zones),
        delegations: table(["Zone", "NS", "Glue"], &delegations),
        alone: addresses.len() == 1,
        checks,
    };
    Some(markdown("docs/zones", include_str!("zones.md.hbs"), &view))
}

fn delegation(zone: &Zone) -> Vec<[String; 3]> {
    servers(zone)
        .into_iter()
        .map(|(name, addresses)| {
            let glue = if addresses.is_empty() {
                "none: its name is another zone's".to_owned()
            } else {
                listed(addresses.into_iter().map(code))
            };
            [code(&zone.name), code(&name), glue]
        })
        .collect()
}

/// Name servers of a zone, with the addresses that the zone itself gives them.
fn servers(zone: &Zone) -> Vec<(String, Vec<&str>)> {
    zone.records
        .iter()
        .filter(|record| record.kind == "NS" && record.name == "@")
        .map(|record| {
            let name = record.data.trim_end_matches('.');
            let inner = name.strip_suffix(&zone.name).and_then(|rest| rest.strip_suffix('.'));
            let addresses = zone
                .records
                .iter()
                .filter(|other| matches!(other.kind.as_str(), "A" | "AAAA") && Some(other.name.as_str()) == inner)
                .map(|other| other.data.as_str())
                .collect();
            (name.to_owned(), addresses)
        })
        .collect()
}
