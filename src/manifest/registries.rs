//! `registries`: where images come from that not everybody may have.

use super::secret_ref::SecretRef;
use super::values::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A registry that asks who is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"user": "acme-deploy", "password": {"secret": "ghcr_token"}}))]
pub struct RegistryLogin {
    /// The user that logs in.
    #[schemars(example = &"acme-deploy")]
    pub user: Text,
    /// A secret that holds the password or token.
    pub password: SecretRef,
}
