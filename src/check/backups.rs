//! The plan of backups, for rules about what is kept.

use crate::site::{BackupPlan, Site};

/// The plan as written: those of all hosts come from the same place of the manifest.
pub(super) fn plan(site: &Site) -> Option<&BackupPlan> {
    site.hosts.iter().find_map(|host| host.backup.as_ref())
}
