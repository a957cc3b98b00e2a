//! Kind `redis`.

use super::common::{Common, External, Limits, ServerRuntime};
use crate::manifest::planned::Planned;
use crate::manifest::secret_ref::SecretRef;
use crate::manifest::switch::Switch;
use crate::manifest::values::{Port, RedisCommand, Setting, SettingName, Text, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A Redis server: ours, or with `external` somebody else's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Redis {
    #[serde(flatten)]
    pub common: Common,
    /// The major version. Default: the operating system's own.
    #[schemars(example = &"7")]
    pub version: Option<Version>,
    /// `native` is the operating system's package, `container` stands in the compose project. Default: `native`.
    #[serde(default)]
    pub runtime: ServerRuntime,
    /// What it may use at most; `maxmemory` follows from it.
    #[serde(default)]
    pub limits: Limits,
    /// The port that it listens on. Default: 6379.
    #[schemars(example = 6379)]
    pub port: Option<Port>,
    /// Settings of redis.conf, in Redis' own spelling; a list repeats the setting.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"maxmemory-policy": "allkeys-lru", "save": ["900 1", "300 10"]}))]
    pub settings: BTreeMap<SettingName, Setting>,
    /// Commands that the application may not use.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["FLUSHALL", "FLUSHDB"])]
    pub disable_commands: Vec<RedisCommand>,
    /// Whether what it holds is backed up. Default: false, as a cache is filled again by itself.
    #[serde(default = "Switch::<DataBackup>::off")]
    pub backup: Switch<DataBackup>,
    /// A server that somebody else runs.
    pub external: Option<External>,
    /// The user of an external server.
    pub user: Option<Text>,
    /// A secret that holds the password of an external server.
    pub password: Option<SecretRef>,
    /// Copies on other hosts that take over. Planned: this version refuses it.
    pub sentinel: Option<Planned>,
}

/// A backup without settings of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DataBackup {}
