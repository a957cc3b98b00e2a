//! Data where the system cleans up.

use crate::check::Rule;
use crate::check::folders::is_within;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{DestinationPlace, Site};

pub(super) const RULE: Rule = Rule {
    code: "data-in-tmp",
    document: include_str!("data_in_tmp.md"),
    find,
};

/// Folders in memory, or that `systemd-tmpfiles` empties.
const FOLDERS: [&str; 5] = ["/dev/shm", "/run", "/tmp", "/var/run", "/var/tmp"];

fn find(site: &Site) -> Vec<Diagnostic> {
    // In a container it is a volume, wherever the container sees it.
    let on_hosts = site.services.iter().filter(|service| service.runtime != "container");
    let data = on_hosts
        .flat_map(|service| &service.data)
        .filter(|data| data.backup)
        .map(|data| (data.path.as_str(), data.origin.child("path"), "data that is to be kept"));
    let plans = site.hosts.iter().filter_map(|host| host.backup.as_ref());
    let backups = plans
        .flat_map(|plan| &plan.destinations)
        .filter_map(|destination| match &destination.place {
            DestinationPlace::Path(path) => Some((path.as_str(), destination.origin.child("path"), "backups")),
            _ => None,
        });
    let mut found: Vec<Diagnostic> = Vec::new();
    for (path, origin, what) in data.chain(backups) {
        let Some(folder) = FOLDERS.iter().find(|folder| is_within(path, folder)) else {
            continue;
        };
        let finding = Diagnostic::error(RULE.code, format!("`{path}` does not last"))
            .at(&origin, what)
            .why(format!(
                "The system empties `{folder}`: at each start, or when files in it get old."
            ))
            .help("put it under `/var/lib`, or write `backup: false` at data that may be lost");
        found.push(finding);
    }
    // The plans of all hosts come from the same place of the manifest.
    once(found)
}
