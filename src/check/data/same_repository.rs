//! Destinations that are one place.

use crate::check::Rule;
use crate::check::backups;
use crate::diag::Diagnostic;
use crate::site::{DestinationPlace, Site};

pub(super) const RULE: Rule = Rule {
    code: "same-repository",
    document: include_str!("same_repository.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let Some(plan) = backups::plan(site) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (index, destination) in plan.destinations.iter().enumerate() {
        let mut before = plan.destinations.iter().take(index);
        if let Some(other) = before.find(|other| place(&other.place) == place(&destination.place)) {
            let title = format!("`{}` and `{}` are the same place", other.name, destination.name);
            found.push(
                Diagnostic::error(RULE.code, title)
                    .at_key(&destination.origin, "this repository")
                    .at_key(&other.origin, "is this one")
                    .why("Each destination has a password of its own, so the second one cannot open what the first has made: every run fails.")
                    .help("remove one of them, or give it a folder, prefix or bucket of its own"),
            );
        }
    }
    found
}

/// What tells one repository from another.
fn place(place: &DestinationPlace) -> [&str; 4] {
    match place {
        DestinationPlace::Path(path) => ["path", path.trim_end_matches('/'), "", ""],
        DestinationPlace::S3 {
            endpoint,
            bucket,
            prefix,
            ..
        } => [
            "s3",
            endpoint.as_deref().unwrap_or_default(),
            bucket,
            prefix.trim_matches('/'),
        ],
        DestinationPlace::Sftp { host, user, path, .. } => ["sftp", host, user, path.trim_end_matches('/')],
        DestinationPlace::Rclone { remote, .. } => ["rclone", remote.trim_end_matches('/'), "", ""],
    }
}
