//! Kind `postgres`.

use super::common::{Common, External, Limits};
use crate::manifest::secret_ref::SecretRef;
use crate::manifest::switch::Switch;
use crate::manifest::values::{Duration, Port, Setting, SettingName, SqlName, SqlPattern, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A PostgreSQL server: ours, or with `external` somebody else's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Postgres {
    #[serde(flatten)]
    pub common: Common,
    /// The major version. Default: the operating system's own.
    #[schemars(example = &"15")]
    pub version: Option<Version>,
    /// `native` is the operating system's package, `container` stands in the compose project. Default: `native`.
    #[serde(default)]
    pub runtime: super::common::ServerRuntime,
    /// What it may use at most; its memory settings follow from it.
    #[serde(default)]
    pub limits: Limits,
    /// The port that it listens on. Default: 5432.
    #[schemars(example = 5432)]
    pub port: Option<Port>,
    /// Settings of postgresql.conf, in PostgreSQL's own spelling.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"max_connections": 200, "shared_buffers": "512MB"}))]
    pub settings: BTreeMap<SettingName, Setting>,
    /// Its databases.
    #[serde(default)]
    #[schemars(extend("x-short" = "keys"))]
    pub databases: BTreeMap<SqlName, Database>,
    /// Whether connections are encrypted. Default: `required` where they cross hosts.
    pub tls: Option<PostgresTls>,
    /// Which databases are backed up; `false` for none. Default: all.
    #[serde(default = "Switch::<DatabaseBackup>::with_defaults")]
    pub backup: Switch<DatabaseBackup>,
    /// A server that somebody else runs.
    pub external: Option<External>,
    /// The user of an external server.
    pub user: Option<SqlName>,
    /// A secret that holds the password of an external server.
    pub password: Option<SecretRef>,
    /// Copies on the other hosts of `on`, which follow the first. Default: none.
    pub replication: Option<Replication>,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"extensions": ["pg_trgm"]}))]
pub struct Database {
    /// The role that owns it. Default: its own name; the application logs in as NAME_app, with rights on rows only.
    #[schemars(example = &"acme")]
    pub owner: Option<SqlName>,
    /// Extensions that are installed in it.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["pg_trgm"])]
    pub extensions: Vec<SettingName>,
}

/// How the copies follow. The first host of `on` takes the writes of all clients; the others are standbys, and one of them is
/// promoted by hand.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"mode": "streaming"}))]
pub struct Replication {
    /// How changes come to them.
    pub mode: ReplicationMode,
    /// How far behind a standby may be before the health check warns. Default: `5m`.
    #[serde(default = "five_minutes")]
    #[schemars(example = &"1m")]
    pub max_lag: Duration,
}

fn five_minutes() -> Duration {
    Duration::seconds(300)
}

/// How changes come to the copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReplicationMode {
    /// As they happen, without waiting for the copies: of the last moment before a loss, some transactions may be missing.
    Streaming,
}

/// Whether connections are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PostgresTls {
    /// Every connection over the network.
    Required,
    /// As the client likes.
    Optional,
    Off,
}

/// Which databases are backed up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DatabaseBackup {
    /// Databases by name, where `*` stands for any characters. Default: all.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["acme_*"])]
    pub databases: Vec<SqlPattern>,
}
