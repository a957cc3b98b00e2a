//! Private networks: addresses that fit, members that can reach each other, keys that are known.

mod address_outside_network;
mod key_not_known;
mod networks_overlap;
mod nobody_to_call;
mod same_key;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    address_outside_network::RULE,
    key_not_known::RULE,
    networks_overlap::RULE,
    nobody_to_call::RULE,
    same_key::RULE,
];
