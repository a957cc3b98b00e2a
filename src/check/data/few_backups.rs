//! Backups of which there is never more than one.

use crate::check::Rule;
use crate::check::backups;
use crate::diag::Diagnostic;
use crate::site::{BackupPlan, Keep, Site};

pub(super) const RULE: Rule = Rule {
    code: "few-backups",
    document: include_str!("few_backups.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let plan = backups::plan(site);
    plan.filter(|plan| most(plan) == Some(1))
        .map(|plan| {
            Diagnostic::warning(RULE.code, "there is never more than one backup")
                .at(plan.origin.child("keep"), "the last one only")
                .why("A mistake that is seen a day later has replaced the only good copy.")
                .help("keep more, as in `keep: {daily: 7, weekly: 4, monthly: 12}`")
        })
        .into_iter()
        .collect()
}

/// Backups that the destination with the most of them keeps; none if it removes nothing.
fn most(plan: &BackupPlan) -> Option<u32> {
    let kept = plan.destinations.iter().map(|destination| {
        let Keep {
            daily,
            weekly,
            monthly,
            yearly,
        } = plan.keep_of(destination);
        // One of each is the same one.
        Some(*daily.max(weekly).max(monthly).max(yearly)).filter(|count| *count > 0)
    });
    kept.collect::<Option<Vec<u32>>>()?.into_iter().max()
}
