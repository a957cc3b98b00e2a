//! Mail and services at a name that is only another name.

use super::{target, written};
use crate::check::Rule;
use crate::check::zone::{Leads, zones};
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "alias-as-target",
    document: include_str!("alias_as_target.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for own in zones(site) {
        for record in written(own).filter(|record| record.kind != "CNAME") {
            let Some((name, zone)) = target(site, own, record) else {
                continue;
            };
            let Leads::Alias(alias) = zone.leads(&name) else {
                continue;
            };
            found.push(
                Diagnostic::warning(RULE.code, format!("the {} record points at an alias", record.kind))
                    .at(&record.origin, format!("it points at `{name}`"))
                    .at(&alias.origin, "which is another name of something else")
                    .why("It must point at a name with addresses (RFC 2181, 10.3): some programs refuse an alias, and what they bring, such as mail, never comes.")
                    .help(format!("point it at `{}.`, or give `{name}` addresses instead of the CNAME", zone.target(alias))),
            );
        }
    }
    found
}
