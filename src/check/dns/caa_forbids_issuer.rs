//! Zones that forbid the certificates of their own names.

use crate::check::Rule;
use crate::check::certificates::of_letsencrypt;
use crate::check::zone::{self, Leads};
use crate::diag::Diagnostic;
use crate::site::{Record, Site, Zone};

pub(super) const RULE: Rule = Rule {
    code: "caa-forbids-issuer",
    document: include_str!("caa_forbids_issuer.md"),
    find,
};

const LETSENCRYPT: &str = "letsencrypt.org";

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for certificate in of_letsencrypt(site) {
        for name in &certificate.names {
            let (bare, wildcard) = name
                .strip_prefix("*.")
                .map_or((name.as_str(), false), |bare| (bare, true));
            let Some(zone) = zone::of(site, bare) else { continue };
            let Some(record) = forbids(zone, bare, wildcard) else {
                continue;
            };
            let title = format!("the zone forbids Let's Encrypt to issue for `{name}`");
            let finding = Diagnostic::error(RULE.code, title)
                .at(&record.origin, "only these may issue")
                .at(&certificate.origin, "and the certificate is to come from Let's Encrypt")
                .why("Certificate authorities read the CAA records before they issue, and refuse.")
                .help(format!(
                    "add `0 {} \"{LETSENCRYPT}\"` to these records, or leave CAA out: it then follows from `tls`",
                    tag(record)
                ));
            // One set of records forbids many names.
            if !found.iter().any(|other| other.labels[0] == finding.labels[0]) {
                found.push(finding);
            }
        }
    }
    found
}

/// A record of the nearest set that lets others issue and not Let's Encrypt (RFC 8659).
fn forbids<'a>(zone: &'a Zone, name: &str, wildcard: bool) -> Option<&'a Record> {
    if matches!(zone.leads(name), Leads::Alias(_) | Leads::Elsewhere) {
        return None;
    }
    let mut at = name;
    let set = loop {
        let set: Vec<&Record> = zone.at(at).filter(|record| record.kind == "CAA").collect();
        if !set.is_empty() || at == zone.name {
            break set;
        }
        at = at.split_once('.')?.1;
    };
    let of = |wanted: &str| -> Vec<&'a Record> { set.iter().copied().filter(|record| tag(record) == wanted).collect() };
    let wild = of("issuewild");
    let relevant = if wildcard && !wild.is_empty() {
        wild
    } else {
        of("issue")
    };
    let allowed = relevant.iter().any(|record| issuer(record) == LETSENCRYPT);
    relevant.first().copied().filter(|_| !allowed)
}

fn tag(record: &Record) -> &str {
    record.data.split(' ').nth(1).unwrap_or_default()
}

/// `letsencrypt.org` of `0 issue "letsencrypt.org; validationmethods=dns-01"`.
fn issuer(record: &Record) -> &str {
    let value = record.data.split('"').nth(1).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}
