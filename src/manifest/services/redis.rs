//! Kind `redis`.

use super::common::{Common, External, Limits, ServerRuntime};
use crate::manifest::secret_ref::SecretRef;
use crate::manifest::switch::Switch;
use crate::manifest::values::{Duration, Port, RedisCommand, Setting, SettingName, Text, Version};
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
    /// The hosts of `on` have a copy each, and choose another master by themselves when theirs is lost. Clients ask them which
    /// one it is. Three hosts at least.
    pub sentinel: Option<Sentinel>,
}

/// How the hosts of a Redis agree that its master is lost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"quorum": 2}))]
pub struct Sentinel {
    /// How many of them have to find the master lost. Default: more than half.
    #[schemars(example = 2, range(min = 1))]
    pub quorum: Option<u32>,
    /// The port that Sentinel listens on. Default: 26379.
    #[schemars(example = 26379)]
    pub port: Option<Port>,
    /// For how long the master must not answer. Default: `5s`.
    #[serde(default = "five_seconds")]
    #[schemars(example = &"5s")]
    pub down_after: Duration,
}

fn five_seconds() -> Duration {
    Duration::seconds(5)
}

/// A backup without settings of its own.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DataBackup {}
