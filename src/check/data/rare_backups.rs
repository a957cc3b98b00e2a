//! Backups that are made so rarely that much is lost.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Calendar, Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "rare-backups",
    document: include_str!("rare_backups.md"),
    find,
};

/// Days.
const MOST: u32 = 2;

fn find(site: &Site) -> Vec<Diagnostic> {
    // The plans of all hosts come from the same place of the manifest.
    site.hosts.iter().find_map(rare).into_iter().collect()
}

fn rare(host: &Host) -> Option<Diagnostic> {
    let plan = host.backup.as_ref()?;
    let days = Calendar::new(&plan.schedule)?.longest_gap()?;
    (days > MOST).then(|| {
        Diagnostic::warning(RULE.code, format!("backups are made up to {days} days apart"))
            .at(plan.origin.child("schedule"), format!("`{}`", plan.schedule))
            .why("A broken disk takes as many days of work along.")
            .help("make them each night: `schedule: \"0 2 * * *\"`; what has not changed takes no room")
    })
}
