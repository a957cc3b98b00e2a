//! Records of names that are not in their zone.

use super::written;
use crate::check::Rule;
use crate::check::domains::is_within;
use crate::check::once::once;
use crate::check::zone::zones;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "outside-zone",
    document: include_str!("outside_zone.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for zone in zones(site) {
        for record in written(zone) {
            let Some(origin) = record.origin.parent() else { continue };
            let Some(owner) = origin.last().and_then(|key| key.strip_suffix('.').map(str::to_owned)) else {
                continue;
            };
            if is_within(&owner, &zone.name) {
                continue;
            }
            let finding = Diagnostic::error(RULE.code, format!("`{owner}` is not in the zone `{}`", zone.name))
                .at_key(&origin, "a dot at its end makes it a whole name")
                .at_key(&zone.origin, "and this zone ends otherwise")
                .why("A name server answers only for names of its zones: nobody would ask it for this one.")
                .help(format!(
                    "move it to a zone `{owner}.`, or write a name relative to `{}`",
                    zone.name
                ));
            found.push(finding);
        }
    }
    once(found)
}
