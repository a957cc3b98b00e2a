//! Backups that are themselves backed up.

use crate::check::Rule;
use crate::check::folders::is_within;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{BackupPlan, BackupWhat, DestinationPlace, Site};

pub(super) const RULE: Rule = Rule {
    code: "backup-of-backups",
    document: include_str!("backup_of_backups.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for plan in site.hosts.iter().filter_map(|host| host.backup.as_ref()) {
        found.extend(nested(plan));
    }
    // The plans of all hosts come from the same place of the manifest.
    once(found)
}

fn nested(plan: &BackupPlan) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for destination in &plan.destinations {
        let DestinationPlace::Path(path) = &destination.place else {
            continue;
        };
        // A repository never takes in itself, so it needs another one that does.
        let Some(other) = plan.destinations.iter().find(|other| other.name != destination.name) else {
            continue;
        };
        for source in &plan.sources {
            let BackupWhat::Paths { paths } = &source.what else {
                continue;
            };
            let Some(folder) = paths.iter().find(|folder| is_within(path, folder)) else {
                continue;
            };
            let title = format!("the backups in `{path}` are saved once more in `{}`", other.name);
            found.push(
                Diagnostic::warning(RULE.code, title)
                    .at(destination.origin.child("path"), "backups are kept here")
                    .at(&source.origin, format!("all of `{folder}` is saved"))
                    .why("A repository is encrypted, so it shares nothing with what it is of: the other one holds everything a second time.")
                    .help("keep them elsewhere, as in `/var/backups`"),
            );
        }
    }
    found
}
