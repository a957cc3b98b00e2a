//! Kind `oidc`: an identity provider that somebody else runs, defined once and used by name.

use super::common::Common;
use crate::manifest::secret_ref::SecretRef;
use crate::manifest::values::{Text, WebUrl};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An identity provider that somebody else runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Oidc {
    #[serde(flatten)]
    pub common: Common,
    /// Who it is.
    pub external: OidcExternal,
    /// The name under which the provider knows this site.
    #[schemars(example = &"acme")]
    pub client_id: Text,
    /// A secret that holds the provider's word for this site.
    pub client_secret: SecretRef,
}

/// Who an identity provider is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "issuer"))]
pub struct OidcExternal {
    /// Its address, below which /.well-known/openid-configuration is found.
    #[schemars(example = &"https://auth.acme.example/realms/acme")]
    pub issuer: WebUrl,
}
