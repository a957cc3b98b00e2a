//! What only containers have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A network that replaces the site's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkMode {
    /// The host's own network, without any wall between.
    Host,
}
