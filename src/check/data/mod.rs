//! Data that would be lost.

mod backup_of_backups;
mod backup_same_disk;
mod data_in_release;
mod data_in_tmp;
mod data_not_shared;
mod evicted_data;
mod few_backups;
mod memory_only;
mod no_backup;
mod no_restore_test;
mod nothing_to_save;
mod rare_backups;
mod rare_restore_test;
mod same_repository;
mod test_meets_backup;
mod two_owners;
mod unlimited_backups;
mod unsafe_writes;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    backup_of_backups::RULE,
    backup_same_disk::RULE,
    data_in_release::RULE,
    data_in_tmp::RULE,
    data_not_shared::RULE,
    evicted_data::RULE,
    few_backups::RULE,
    memory_only::RULE,
    no_backup::RULE,
    no_restore_test::RULE,
    nothing_to_save::RULE,
    rare_backups::RULE,
    rare_restore_test::RULE,
    same_repository::RULE,
    test_meets_backup::RULE,
    two_owners::RULE,
    unlimited_backups::RULE,
    unsafe_writes::RULE,
];
