//! Memory, processors, disks and connections that do not add up.

mod memory_budget;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[memory_budget::RULE];
