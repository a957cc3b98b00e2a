//! Memory, processors, disks and connections that do not add up.

mod cpu_limit;
mod disk_budget;
mod heap_limit;
mod memory_budget;
mod pids_limit;
mod pool_size;
mod postgres_memory;
mod postgres_unit;
mod shared_buffers;
mod standby_without_room;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    cpu_limit::RULE,
    disk_budget::RULE,
    heap_limit::RULE,
    memory_budget::RULE,
    pids_limit::RULE,
    pool_size::RULE,
    postgres_memory::RULE,
    postgres_unit::RULE,
    shared_buffers::RULE,
    standby_without_room::RULE,
];
