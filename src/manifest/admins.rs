//! `admins`: who may log in.

use super::values::SshKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A person, or a program, that may log in to the hosts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICL4GaynCSOlU4oRumwJy8RfoiIxiGXhR3SOW0IBtHIj marie@laptop"], "sudo": true}))]
pub struct Admin {
    /// Public keys as in `authorized_keys`; nobody logs in with a password.
    #[schemars(length(min = 1), extend("x-short" = "[]"))]
    pub ssh_keys: Vec<SshKey>,
    /// Whether this user may become root with sudo. Default: false.
    #[serde(default)]
    pub sudo: bool,
}
