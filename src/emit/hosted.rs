//! Zones that a provider serves, each as a file of records that it imports.
//!
//! Every line says all by itself, with absolute names and a time to live, as importers differ in what they take over from
//! directives. What the provider sets of its own (SOA, its name servers) is left out.

use std::collections::BTreeMap;

use super::zone;
use crate::site::{Record, Site, Zone};

/// By path under the environment's folder.
pub(super) fn emit(site: &Site) -> BTreeMap<String, String> {
    let zones = site.hosted.iter().flat_map(|hosted| &hosted.zones);
    zones.map(|zone| (path(zone), text(site, zone))).collect()
}

fn path(zone: &Zone) -> String {
    format!("{}.zone", zone.name)
}

fn text(site: &Site, zone: &Zone) -> String {
    let mut text = format!(
        "; Records of {} for {}, to be imported where the zone is served: change the manifest, not this file.\n",
        zone::bare(&zone.name),
        site.environment
    );
    for record in zone.records.iter().filter(|record| !is_providers(record)) {
        let whole = Record {
            name: absolute(zone, &record.name),
            ttl: Some(record.ttl.unwrap_or(zone.ttl)),
            data: data(zone, record),
            ..record.clone()
        };
        text.push_str(&zone::line(&whole));
        text.push('\n');
    }
    text
}

fn is_providers(record: &Record) -> bool {
    record.name == "@" && matches!(record.kind.as_str(), "NS" | "SOA")
}

fn absolute(zone: &Zone, name: &str) -> String {
    match name {
        "@" => format!("{}.", zone.name),
        name if name.ends_with('.') => name.to_owned(),
        name => format!("{name}.{}.", zone.name),
    }
}

/// A name that it ends with is made absolute.
fn data(zone: &Zone, record: &Record) -> String {
    if !matches!(record.kind.as_str(), "CNAME" | "MX" | "NS" | "SRV") {
        return record.data.clone();
    }
    match record.data.rsplit_once(' ') {
        Some((before, name)) => format!("{before} {}", absolute(zone, name)),
        None => absolute(zone, &record.data),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::fixture::at;
    use crate::site::{DnsProvider, HostedDns, fixture};

    #[test]
    fn every_line_stands_alone() {
        let record = |name: &str, kind: &str, data: &str| Record {
            origin: at("/dns"),
            name: name.into(),
            ttl: (kind == "TXT").then_some(60),
            kind: kind.into(),
            data: data.into(),
        };
        let zone = Zone {
            name: "acme.example".into(),
            origin: at("/dns"),
            serial: 1,
            primary: "ns1.acme.example.".into(),
            hostmaster: "ops.acme.example.".into(),
            ttl: 3600,
            records: vec![
                record("@", "NS", "ns1.acme.example."),
                record("@", "A", "203.0.113.10"),
                record("*", "A", "203.0.113.10"),
                record("www", "CNAME", "@"),
                record("@", "MX", "10 mail"),
                record("_sip", "SRV", "10 5 5222 xmpp.other.example."),
                record("@", "TXT", "v=spf1; \"mx\" -all"),
                record("lab", "NS", "ns1.other.example."),
            ],
        };
        let mut site = fixture::site();
        site.hosted = Some(HostedDns {
            origin: at("/dns"),
            provider: DnsProvider::Cloudflare,
            credentials: None,
            zones: vec![zone],
        });
        let files = emit(&site);
        let lines: Vec<&str> = files["acme.example.zone"].lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "acme.example. 3600 IN A 203.0.113.10",
                "*.acme.example. 3600 IN A 203.0.113.10",
                "www.acme.example. 3600 IN CNAME acme.example.",
                "acme.example. 3600 IN MX 10 mail.acme.example.",
                "_sip.acme.example. 3600 IN SRV 10 5 5222 xmpp.other.example.",
                "acme.example. 60 IN TXT \"v=spf1; \\\"mx\\\" -all\"",
                "lab.acme.example. 3600 IN NS ns1.other.example.",
            ]
        );
    }
}
