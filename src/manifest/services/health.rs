//! How it is seen that a process is well.

use crate::manifest::values::{Argument, Domain, Duration, Port, RoutePath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How it is seen that a process is well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = {"string": "path", "integer": "tcp", "array": "command"}))]
#[schemars(example = serde_json::json!("/healthz"))]
#[schemars(example = serde_json::json!({"tcp": 25565}))]
pub struct Health {
    #[serde(flatten)]
    pub probe: HealthProbe,
    /// The name that the request asks for, where the process answers to one only.
    #[schemars(example = &"shop.example.org")]
    pub host: Option<Domain>,
    /// How often it is looked. Default: `30s`.
    #[serde(default = "interval")]
    pub interval: Duration,
    /// How long an answer may take. Default: `5s`.
    #[serde(default = "timeout")]
    pub timeout: Duration,
    /// How many failures in a row make it ill. Default: 3.
    #[serde(default = "retries")]
    #[schemars(range(min = 1, max = 100))]
    pub retries: u32,
    /// How long it may take to start. Default: `1m`.
    #[serde(default = "start_period")]
    pub start_period: Duration,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthProbe {
    /// A path that is answered with a status from 200 to 399.
    #[schemars(example = &"/healthz")]
    Path(RoutePath),
    /// A port that takes connections.
    #[schemars(example = 25565)]
    Tcp(Port),
    /// A command that ends with status 0.
    #[schemars(example = ["bin/ok"])]
    Command(Vec<Argument>),
}

fn interval() -> Duration {
    Duration::seconds(30)
}

fn timeout() -> Duration {
    Duration::seconds(5)
}

fn retries() -> u32 {
    3
}

fn start_period() -> Duration {
    Duration::seconds(60)
}
