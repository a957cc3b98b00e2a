//! What runs where, and who listens there.

mod ephemeral_port;
mod host_without_instance;
mod job_on_several_hosts;
mod listen_elsewhere;
mod port_taken;
mod same_address;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    ephemeral_port::RULE,
    host_without_instance::RULE,
    job_on_several_hosts::RULE,
    listen_elsewhere::RULE,
    port_taken::RULE,
    same_address::RULE,
];
