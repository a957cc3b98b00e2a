//! Backups of which none is ever removed.

use crate::check::Rule;
use crate::check::backups;
use crate::diag::Diagnostic;
use crate::site::{Keep, Site};

pub(super) const RULE: Rule = Rule {
    code: "unlimited-backups",
    document: include_str!("unlimited_backups.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let Some(plan) = backups::plan(site) else {
        return Vec::new();
    };
    let endless = plan
        .destinations
        .iter()
        .filter(|destination| *plan.keep_of(destination) == Keep::default());
    endless
        .map(|destination| {
            let keep = if destination.keep.is_some() {
                &destination.origin
            } else {
                &plan.origin
            };
            Diagnostic::warning(
                RULE.code,
                format!("no backup in `{}` is ever removed", destination.name),
            )
            .at(keep.child("keep"), "this names nothing to keep")
            .at_key(&destination.origin, "grows without end")
            .why("It grows until the disk is full or the bill is noticed; then no backup is made at all.")
            .help("write what is to be kept, as in `keep: {daily: 7, weekly: 4, monthly: 12}`")
        })
        .collect()
}
