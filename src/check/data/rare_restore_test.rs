//! Restores that are tried so rarely that no good backup may be left.

use crate::check::Rule;
use crate::check::backups;
use crate::diag::Diagnostic;
use crate::site::{BackupPlan, Calendar, Keep, Site};

pub(super) const RULE: Rule = Rule {
    code: "rare-restore-test",
    document: include_str!("rare_restore_test.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let plan = backups::plan(site);
    plan.and_then(rare).into_iter().collect()
}

fn rare(plan: &BackupPlan) -> Option<Diagnostic> {
    let gap = Calendar::new(plan.test_restore.as_ref()?)?.longest_gap()?;
    let made = Calendar::new(&plan.schedule)?.longest_gap()?;
    let reach = reach(plan, made)?;
    (gap > reach).then(|| {
        Diagnostic::warning(
            RULE.code,
            format!("restores are tried up to {gap} days apart, and backups are kept for {reach} days"),
        )
        .at(plan.origin.child("test_restore"), format!("up to {gap} days apart"))
        .at(plan.origin.child("keep"), format!("nothing is older than {reach} days"))
        .why("When a test finds that backups have been broken since the last one, no good one is left.")
        .help("try it each week, as in `test_restore: \"0 5 * * 0\"`, or keep backups for longer")
    })
}

/// How many days back the destination goes that goes back the furthest; none if one removes nothing.
fn reach(plan: &BackupPlan, made: u32) -> Option<u32> {
    let days = plan.destinations.iter().map(|destination| {
        let Keep {
            daily,
            weekly,
            monthly,
            yearly,
        } = plan.keep_of(destination);
        // As many as there are, however far apart they are made.
        let kept = [(daily, 1), (weekly, 7), (monthly, 30), (yearly, 365)];
        let days = kept
            .into_iter()
            .map(|(count, unit)| count.saturating_mul(made.max(unit)));
        days.max().filter(|days| *days > 0)
    });
    days.collect::<Option<Vec<u32>>>()?.into_iter().max()
}
