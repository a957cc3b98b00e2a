//! What an intruder would use.

mod docker_socket;
mod image_not_pinned;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[docker_socket::RULE, image_not_pinned::RULE];
