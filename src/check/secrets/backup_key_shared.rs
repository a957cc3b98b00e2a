//! Backups that whoever breaks into a service can delete.

use crate::check::Rule;
use crate::check::backups;
use crate::diag::Diagnostic;
use crate::site::{Destination, DestinationPlace, Site};

pub(super) const RULE: Rule = Rule {
    code: "backup-key-shared",
    document: include_str!("backup_key_shared.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let plan = backups::plan(site);
    let destinations = plan.into_iter().flat_map(|plan| &plan.destinations);
    destinations
        .filter_map(|destination| shared(site, destination))
        .collect()
}

fn shared(site: &Site, destination: &Destination) -> Option<Diagnostic> {
    let key = match &destination.place {
        DestinationPlace::Path(_) => return None,
        DestinationPlace::S3 { secret_access_key, .. } => secret_access_key,
        DestinationPlace::Sftp { key, .. } => key,
        DestinationPlace::Rclone { config, .. } => config,
    };
    let secret = site.secrets.iter().find(|secret| secret.name == *key)?;
    let service = secret.users.iter().find_map(|user| user.strip_prefix("services."))?;
    let title = format!("`{service}` holds the key to the backups in `{}`", destination.name);
    let finding = Diagnostic::warning(RULE.code, title)
        .at_key(&destination.origin, "written with this key")
        .at_key(&secret.origin, format!("which `{service}` is given too"));
    Some(
        finding
            .why("Whoever breaks into the service can delete the backups along with the data.")
            .help("make a second key that may do no more than the backups need, and declare it as a secret of its own"),
    )
}
