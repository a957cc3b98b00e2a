//! Who can reach what.

mod allow_everyone;
mod cors_credentials;
mod forged_address;
mod from_without_firewall;
mod login_without_limit;
mod open_console;
mod open_data_port;
mod open_diagnostics;
mod raw_ports;
mod stream_cut_short;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    allow_everyone::RULE,
    cors_credentials::RULE,
    forged_address::RULE,
    from_without_firewall::RULE,
    login_without_limit::RULE,
    open_console::RULE,
    open_data_port::RULE,
    open_diagnostics::RULE,
    raw_ports::RULE,
    stream_cut_short::RULE,
];
