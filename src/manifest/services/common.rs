//! What several kinds of service have in common.

use crate::manifest::values::{
    AbsolutePath, Bytes, CpuCount, HostName, Name, Port, RoutePath, RuleName, ServerName, Text,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What services of every kind have.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Common {
    /// The hosts that it runs on. Default: the only host.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["vps"])]
    pub on: Vec<Name>,
    /// Short for a route of this name with everything below it.
    #[schemars(example = &"files")]
    pub at: Option<HostName>,
    /// Rules that are silenced here, each with the reason.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"docker-socket": "it starts jobs as containers"}))]
    pub waive: BTreeMap<RuleName, Text>,
}

/// What one instance may use at most.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"memory": "512MiB", "cpus": 0.5}))]
pub struct Limits {
    /// Memory.
    #[schemars(example = &"512MiB")]
    pub memory: Option<Bytes>,
    /// Processors.
    #[schemars(example = 0.5)]
    pub cpus: Option<CpuCount>,
    /// Processes and threads.
    #[schemars(range(min = 1, max = 4_194_304), example = 256)]
    pub pids: Option<u32>,
}

/// A server that somebody else runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "host"))]
pub struct External {
    /// Its name.
    #[schemars(example = &"db.example.net")]
    pub host: ServerName,
    /// Its port. Default: the protocol's own.
    pub port: Option<Port>,
}

/// What a process listens on for HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "listen"))]
pub struct Listen {
    /// The port that the process listens on.
    #[schemars(example = 3000)]
    pub listen: Port,
    /// The port on the host that leads to it. Default: allocated, and kept in the lock.
    #[schemars(example = 3847)]
    pub host: Option<Port>,
}

/// Where a process tells its metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "path"))]
pub struct Metrics {
    /// The path of the metrics.
    #[schemars(example = &"/metrics")]
    pub path: RoutePath,
    /// The port that they are told on. Default: the service's own. Planned: this version refuses it.
    #[schemars(extend("x-planned" = true))]
    pub port: Option<Port>,
}

/// How instances are replaced by those of a new release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Update {
    /// One after the other, each once the one before is healthy.
    #[default]
    Rolling,
    /// All are stopped before the first new one starts, for what must never run twice.
    StopFirst,
}

/// A directory, or a file, that is written and must not be lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "path"))]
#[schemars(example = serde_json::json!({"path": "/var/lib/acme/uploads"}))]
pub struct Data {
    /// Where the process finds it; in a container, the path within.
    #[schemars(example = &"/var/lib/acme/uploads")]
    pub path: AbsolutePath,
    /// What it holds, which says how it is backed up. Default: `files`.
    #[serde(default, rename = "type")]
    pub holds: DataType,
    /// Whether it is backed up. Default: true.
    #[serde(default = "yes")]
    pub backup: bool,
}

fn yes() -> bool {
    true
}

/// What a data directory holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataType {
    /// Files, copied as they are.
    #[default]
    Files,
    /// An SQLite database, copied by its own backup command.
    Sqlite,
}

/// How a server of ours runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServerRuntime {
    /// The operating system's package.
    #[default]
    Native,
    /// A container of the site's compose project.
    Container,
}
