//! Names with the domain in them twice.

use crate::check::Rule;
use crate::check::web::servers;
use crate::check::zone::zones;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "doubled-domain",
    document: include_str!("doubled_domain.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for served in servers(site) {
        let server = served.server;
        let others = |key: &str| server.origin.child(key);
        for (index, name) in server.names.iter().enumerate() {
            if is_doubled(name, &site.domain) {
                let origin = if index == 0 {
                    server.origin.clone()
                } else {
                    others("aliases")
                };
                found.push(finding(name, &site.domain, &origin, index == 0));
            }
        }
        let doubled = server.redirects.iter().filter(|name| is_doubled(name, &site.domain));
        found.extend(doubled.map(|name| finding(name, &site.domain, &others("redirect_from"), false)));
    }
    for zone in zones(site) {
        let own = zone
            .records
            .iter()
            .filter(|record| record.origin.is_within(&zone.origin));
        for record in own {
            let owner = zone.whole(&record.name);
            let points = matches!(record.kind.as_str(), "CNAME" | "MX" | "NS" | "SRV");
            let key = record.origin.parent().unwrap_or_default();
            let finding = if is_doubled(&owner, &zone.name) {
                finding(&owner, &zone.name, &key, true)
            } else if points && is_doubled(&zone.target(record), &zone.name) {
                finding(&zone.target(record), &zone.name, &record.origin, false)
            } else {
                continue;
            };
            if !found.contains(&finding) {
                found.push(finding);
            }
        }
    }
    found
}

/// Whether a whole name ends with the domain twice.
pub(in crate::check) fn is_doubled(name: &str, domain: &str) -> bool {
    let once = name.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
    once.is_some_and(|rest| rest == domain || rest.ends_with(&format!(".{domain}")))
}

fn finding(name: &str, domain: &str, origin: &Pointer, at_key: bool) -> Diagnostic {
    let written = name.strip_suffix(&format!(".{domain}")).unwrap_or(name);
    let relative = match written.strip_suffix(domain).map(|rest| rest.trim_end_matches('.')) {
        None | Some("") => "@",
        Some(label) => label,
    };
    let finding = Diagnostic::error(RULE.code, format!("`{written}` means `{name}`"));
    let text = "names here are relative to the domain";
    let finding = if at_key {
        finding.at_key(origin, text)
    } else {
        finding.at(origin, text)
    };
    finding
        .why("Nobody asks for that name; the one that was meant leads nowhere.")
        .help(format!("write `{relative}`, or `{written}.` with a dot at its end"))
}

#[cfg(test)]
mod tests {
    use super::is_doubled;

    #[test]
    fn twice_is_twice() {
        assert!(is_doubled("acme.example.acme.example", "acme.example"));
        assert!(is_doubled("shop.acme.example.acme.example", "acme.example"));
        assert!(!is_doubled("shop.acme.example", "acme.example"));
        assert!(!is_doubled("notacme.example.acme.example", "acme.example"));
    }
}
