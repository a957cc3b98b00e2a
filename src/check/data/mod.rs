//! Data that would be lost.

mod backup_same_disk;
mod no_backup;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[backup_same_disk::RULE, no_backup::RULE];
