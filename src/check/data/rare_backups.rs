//! Backups that are made more rarely than the health check expects.

use crate::check::Rule;
use crate::check::calendar::Calendar;
use crate::diag::Diagnostic;
use crate::site::{Check, Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "rare-backups",
    document: include_str!("rare_backups.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    // The plans of all hosts come from the same place of the manifest.
    site.hosts.iter().find_map(rare).into_iter().collect()
}

fn rare(host: &Host) -> Option<Diagnostic> {
    let plan = host.backup.as_ref()?;
    let days = Calendar::new(&plan.schedule)?.longest_gap()?;
    let expected = host.probes.iter().find_map(|probe| match probe.check {
        Check::Backup { hours } => Some(hours),
        _ => None,
    })?;
    (days.saturating_mul(24) > expected).then(|| {
        Diagnostic::warning(RULE.code, format!("backups are made up to {days} days apart"))
            .at(plan.origin.child("schedule"), format!("`{}`", plan.schedule))
            .why(format!(
                "A broken disk takes as many days of work along, and the health check complains of each backup that is older than {expected} hours."
            ))
            .help("make them each night: `schedule: \"0 2 * * *\"`; what has not changed takes no room")
    })
}
