//! Secrets that are not.

mod backup_key_shared;
mod generated_credential;
mod literal_secret;
mod one_key;
mod overlap_unheard;
mod rotated_encryption_key;
mod rotated_token_key;
mod secret_in_browser;
mod secret_in_process_list;
mod secret_published;
mod secret_readable;
mod weak_secret;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    backup_key_shared::RULE,
    generated_credential::RULE,
    literal_secret::RULE,
    one_key::RULE,
    overlap_unheard::RULE,
    rotated_encryption_key::RULE,
    rotated_token_key::RULE,
    secret_in_browser::RULE,
    secret_in_process_list::RULE,
    secret_published::RULE,
    secret_readable::RULE,
    weak_secret::RULE,
];
