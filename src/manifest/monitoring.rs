//! `monitoring`: who is told when a host is not well.

use super::planned::Planned;
use super::secret_ref::TextOrSecret;
use super::values::{Duration, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Looking after the hosts while nobody looks. `false` turns it off: then nothing runs the health check by itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"notify": ["ops"], "health": {"every": "2m", "failures": 3}}))]
pub struct Monitoring {
    /// Which channels of `notify` hear that a host is not well, and that it is well again. Default: all of them.
    #[schemars(extend("x-short" = "[]"), example = ["ops"])]
    pub notify: Option<Vec<Name>>,
    /// How each host asks itself whether it is well.
    #[serde(default)]
    pub health: HealthWatch,
    /// Where the monitoring runs. Planned: this version refuses it.
    pub on: Option<Planned>,
    /// The program that gathers metrics. Planned: this version refuses it.
    pub metrics: Option<Planned>,
    /// What shows them. Planned: this version refuses it.
    pub dashboards: Option<Planned>,
    /// The program that gathers logs. Planned: this version refuses it.
    pub logs: Option<Planned>,
    /// The program that gathers traces. Planned: this version refuses it.
    pub traces: Option<Planned>,
    /// What hands metrics, logs and traces on. Planned: this version refuses it.
    pub collector: Option<Planned>,
    /// What is told of, beside the health check. Planned: this version refuses it.
    pub alerts: Option<Planned>,
}

/// The health check by the clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HealthWatch {
    /// How often it runs: whole seconds, from `30s` to `1h`. Default: `2m`.
    #[serde(default = "two_minutes")]
    #[schemars(example = &"2m")]
    pub every: Duration,
    /// How many times in a row a probe must say the same before anybody is told, of an outage as of its end. Default: 3.
    #[serde(default = "three")]
    #[schemars(range(min = 1, max = 60), example = 3)]
    pub failures: u32,
    /// A dead man's signal: an address that is asked for (GET) after each run without a critical probe, so that a service such
    /// as healthchecks.io tells you when it stays away. `%h` in it stands for the host's name: with several hosts, give each
    /// its own. Default: none.
    #[schemars(example = &"https://hc-ping.example.net/acme/health-%h")]
    pub heartbeat: Option<TextOrSecret>,
}

impl Default for HealthWatch {
    fn default() -> Self {
        Self {
            every: two_minutes(),
            failures: three(),
            heartbeat: None,
        }
    }
}

fn two_minutes() -> Duration {
    Duration::seconds(120)
}

fn three() -> u32 {
    3
}
