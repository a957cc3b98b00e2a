//! Kind `s3`: a storage that somebody else runs, defined once and used by name.

use super::common::Common;
use crate::manifest::secret_ref::SecretRef;
use crate::manifest::values::{Text, WebUrl};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A bucket of an S3 storage that somebody else runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct S3 {
    #[serde(flatten)]
    pub common: Common,
    /// Where the storage is.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"endpoint": "https://s3.example.net", "region": "eu-west-3"}))]
    pub external: S3External,
    /// The bucket's name.
    #[schemars(length(min = 1), example = &"acme-uploads")]
    pub bucket: Text,
    /// A secret with the keys `access_key_id` and `secret_access_key`.
    pub credentials: SecretRef,
}

/// Where a storage is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct S3External {
    /// Its address, where it isn't Amazon's.
    #[schemars(example = &"https://s3.example.net")]
    pub endpoint: Option<WebUrl>,
    /// The region. Default: `us-east-1`.
    #[schemars(example = &"eu-west-3")]
    pub region: Option<Text>,
}
