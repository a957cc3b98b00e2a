//! What runs, and whether it goes on.

mod mail_to_nowhere;
mod name_too_long;
mod not_durable;
mod not_restarted;
mod reboot_during_backup;
mod singleton_twice;
mod unknown_timezone;
mod volatile_path;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    mail_to_nowhere::RULE,
    name_too_long::RULE,
    not_durable::RULE,
    not_restarted::RULE,
    reboot_during_backup::RULE,
    singleton_twice::RULE,
    unknown_timezone::RULE,
    volatile_path::RULE,
];
