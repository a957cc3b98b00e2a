//! Records that point at nothing.

use super::{target, written};
use crate::check::Rule;
use crate::check::zone::{Leads, zones};
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "target-without-address",
    document: include_str!("target_without_address.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for own in zones(site) {
        for record in written(own) {
            let Some((name, zone)) = target(site, own, record) else {
                continue;
            };
            if !matches!(zone.leads(&name), Leads::Nowhere) {
                continue;
            }
            // An alias may be of other records than addresses.
            if record.kind == "CNAME" && zone.at(&name).next().is_some() {
                continue;
            }
            let finding = Diagnostic::error(RULE.code, format!("the {} record points at nothing", record.kind))
                .at(&record.origin, format!("`{name}` is in this zone, and has no address"))
                .why("Who follows the record finds no host there.");
            let word = record.data.rsplit(' ').next().unwrap_or_default();
            let help = if word.contains('.') && !word.ends_with('.') {
                format!(
                    "write `{word}.` with a dot at its end if it is a whole name; or add an address of `{name}` to the zone"
                )
            } else {
                format!("add an address of `{name}` to the zone, or point at a name that has one")
            };
            found.push(finding.help(help));
        }
    }
    found
}
