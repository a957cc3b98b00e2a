//! Backups that go down with what they are of.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{DestinationPlace, Site};

pub(super) const RULE: Rule = Rule {
    code: "backup-same-disk",
    document: include_str!("backup_same_disk.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let plans = site.hosts.iter().filter_map(|host| host.backup.as_ref());
    let mut found: Vec<Diagnostic> = plans
        .filter(|plan| {
            let mut destinations = plan.destinations.iter();
            destinations.all(|destination| matches!(destination.place, DestinationPlace::Path(_)))
        })
        .map(|plan| {
            Diagnostic::warning(RULE.code, "every backup stays on the host that it is of")
                .at_key(&plan.origin, "no destination is elsewhere")
                .why("A broken disk, a deleted server or an intruder takes the backups along with the data.")
                .help("add a destination elsewhere under `backups.to`, as in `offsite: {s3: {bucket: …, credentials: {secret: …}}}`")
        })
        .collect();
    // The plans of all hosts come from the same place of the manifest.
    found.truncate(1);
    found
}
