//! Secrets that are not.

mod literal_secret;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[literal_secret::RULE];
