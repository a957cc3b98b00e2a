//! What runs, and whether it goes on.

mod mail_to_nowhere;
mod name_too_long;
mod not_restarted;
mod reboot_during_backup;
mod release_in_tmp;
mod singleton_twice;
mod unknown_timezone;
mod unused_channel;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    mail_to_nowhere::RULE,
    name_too_long::RULE,
    not_restarted::RULE,
    reboot_during_backup::RULE,
    release_in_tmp::RULE,
    singleton_twice::RULE,
    unknown_timezone::RULE,
    unused_channel::RULE,
];
