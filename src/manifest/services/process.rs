//! What runs within an app: one process, or several from one image or release.

use super::common::{Limits, Listen, Metrics, Update};
use super::health::Health;
use crate::manifest::secret_ref::EnvValue;
use crate::manifest::values::{Argument, EnvName, SocketName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How one process runs: an app has this itself, or once for each of its `processes`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Program and arguments, one by one; no shell reads them. Relative paths begin at release.dir/current, or in the image.
    #[schemars(length(min = 1), example = ["/usr/bin/node", "dist/main.js"])]
    pub command: Option<Vec<Argument>>,
    /// How many run in all, over the hosts of `on`. Default: 1.
    #[schemars(range(min = 1, max = 1000))]
    pub instances: Option<u32>,
    /// What the process listens on for HTTP: it finds the port in `$PORT`. Further instances listen on the ports that follow.
    #[schemars(example = 3000)]
    pub port: Option<Listen>,
    /// A socket that it listens on instead of a port. Planned: this version refuses it.
    #[schemars(extend("x-planned" = true), example = &"api.sock")]
    pub socket: Option<SocketName>,
    /// How it is seen that it is well: a path, or `{path | tcp | command, …}`.
    #[schemars(example = &"/healthz")]
    pub health: Option<Health>,
    /// Where it tells its metrics, for monitoring: a path, or `{path, port}`. Planned: this version refuses it.
    #[schemars(extend("x-planned" = true), example = &"/metrics")]
    pub metrics: Option<Metrics>,
    /// What each instance may use at most.
    #[serde(default)]
    pub limits: Limits,
    /// Its environment: texts, numbers, true or false, and `{secret: name}`.
    #[serde(default)]
    pub env: BTreeMap<EnvName, EnvValue>,
    /// How instances are replaced by those of a new release. `rolling` first tries it, under systemd at another `$PORT` (a process that does not listen there wants `stop-first`), in a container beside the others; then one instance follows the other. Default: `rolling`, or `stop-first` beside a SQLite file.
    pub update: Option<Update>,
}

/// One of several processes of an app. What it doesn't say is as the app has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Process {
    #[serde(flatten)]
    pub run: Run,
}
