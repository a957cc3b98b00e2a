//! SPF records that receivers discard.

use super::written;
use crate::check::Rule;
use crate::check::zone::zones;
use crate::diag::Diagnostic;
use crate::site::{Record, Site};

pub(super) const RULE: Rule = Rule {
    code: "spf-invalid",
    document: include_str!("spf_invalid.md"),
    find,
};

/// Lookups that one check may take (RFC 7208, 4.6.4).
const LOOKUPS: usize = 10;

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for zone in zones(site) {
        let records: Vec<&Record> = written(zone).filter(|record| is_spf(record)).collect();
        for (index, record) in records.iter().enumerate() {
            let name = zone.whole(&record.name);
            let same = |other: &&&Record| other.name == record.name;
            let before = records[..index].iter().filter(same).count();
            let finding = if before == 1 {
                Diagnostic::error(RULE.code, format!("`{name}` has several SPF records"))
                    .at(&record.origin, "only one text here may begin with `v=spf1`")
                    .why("Receivers take two records for none, and treat all mail of the domain as if nobody vouched for it.")
                    .help("make one record of them: `v=spf1`, then what each of them lists, then one `~all` or `-all`")
            } else if before == 0 && lookups(&record.data) > LOOKUPS {
                let count = lookups(&record.data);
                Diagnostic::error(
                    RULE.code,
                    format!("the SPF record of `{name}` takes {count} lookups and more"),
                )
                .at(
                    &record.origin,
                    format!("{LOOKUPS} are allowed, with those of what it includes"),
                )
                .why("Receivers stop there and discard the record, whoever sent the mail.")
                .help("remove providers that no longer send, or write their networks as `ip4:` and `ip6:`")
            } else {
                continue;
            };
            found.push(finding);
        }
    }
    found
}

fn is_spf(record: &Record) -> bool {
    record.kind == "TXT" && (record.data == "v=spf1" || record.data.starts_with("v=spf1 "))
}

/// Terms of a record that ask the domain name system.
fn lookups(text: &str) -> usize {
    text.split(' ')
        .map(|term| term.trim_start_matches(['+', '-', '~', '?']))
        .filter(|term| {
            let word = term.split([':', '/', '=']).next().unwrap_or_default();
            matches!(word, "include" | "a" | "mx" | "ptr" | "exists" | "redirect")
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::lookups;

    #[test]
    fn only_some_terms_ask() {
        assert_eq!(lookups("v=spf1 ip4:203.0.113.0/24 -all"), 0);
        assert_eq!(
            lookups("v=spf1 a mx/24 ?include:x.example a:y.example redirect=z.example"),
            5
        );
    }
}
