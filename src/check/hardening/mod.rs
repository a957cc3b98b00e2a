//! What an intruder would use.

mod admin_key_refused;
mod container_privileges;
mod debug_in_production;
mod docker_socket;
mod host_folder_mounted;
mod image_not_pinned;
mod no_security_updates;
mod no_sudo;
mod sandbox_undone;
mod script_from_anywhere;
mod shared_key;
mod system_user;
mod tls_not_verified;

use super::Rule;

/// By code.
pub(super) const RULES: &[Rule] = &[
    admin_key_refused::RULE,
    container_privileges::RULE,
    debug_in_production::RULE,
    docker_socket::RULE,
    host_folder_mounted::RULE,
    image_not_pinned::RULE,
    no_security_updates::RULE,
    no_sudo::RULE,
    sandbox_undone::RULE,
    script_from_anywhere::RULE,
    shared_key::RULE,
    system_user::RULE,
    tls_not_verified::RULE,
];
