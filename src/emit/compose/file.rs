//! The part of the Compose Specification that is written, with its keys in the order that linters ask for.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) services: BTreeMap<String, serde_yaml::Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) networks: BTreeMap<String, Network>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) volumes: BTreeMap<String, Volume>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) secrets: BTreeMap<String, SecretFile>,
}

#[derive(Serialize)]
pub(super) struct Network {
    #[serde(skip_serializing_if = "is_false")]
    pub(super) internal: bool,
    pub(super) ipam: Ipam,
}

#[derive(Serialize)]
pub(super) struct Ipam {
    pub(super) config: Vec<Config>,
}

#[derive(Serialize)]
pub(super) struct Config {
    pub(super) subnet: String,
}

#[derive(Serialize)]
pub(super) struct Volume {}

#[derive(Serialize)]
pub(super) struct SecretFile {
    pub(super) file: String,
}

#[derive(Serialize)]
pub(super) struct Service {
    pub(super) image: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) depends_on: BTreeMap<String, Dependency>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) volumes: Vec<MountPoint>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) secrets: Vec<SecretUse>,
    #[serde(skip_serializing_if = "serde_yaml::Mapping::is_empty")]
    pub(super) environment: serde_yaml::Mapping,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) env_file: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ports: Vec<Port>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) networks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) network_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "serde_yaml::Mapping::is_empty")]
    pub(super) extra_hosts: serde_yaml::Mapping,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) command: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) entrypoint: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) restart: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) healthcheck: Option<Health>,
    pub(super) logging: Logging,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) cap_add: Vec<String>,
    pub(super) cap_drop: [&'static str; 1],
    pub(super) deploy: Deploy,
    pub(super) hostname: String,
    pub(super) init: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) profiles: Vec<String>,
    pub(super) read_only: bool,
    pub(super) security_opt: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shm_size: Option<String>,
    pub(super) stop_grace_period: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tmpfs: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Dependency {
    pub(super) condition: &'static str,
}

#[derive(Serialize)]
pub(super) struct MountPoint {
    pub(super) r#type: &'static str,
    pub(super) source: String,
    pub(super) target: String,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) read_only: bool,
}

#[derive(Serialize)]
pub(super) struct SecretUse {
    pub(super) source: String,
    pub(super) target: String,
}

#[derive(Serialize)]
pub(super) struct Port {
    pub(super) host_ip: String,
    /// A text, as it may be a range.
    pub(super) published: String,
    pub(super) target: u16,
    pub(super) protocol: &'static str,
}

#[derive(Serialize)]
pub(super) struct Health {
    pub(super) test: Vec<String>,
    pub(super) interval: String,
    pub(super) timeout: String,
    pub(super) retries: u32,
    pub(super) start_period: String,
    pub(super) start_interval: &'static str,
}

#[derive(Serialize)]
pub(super) struct Logging {
    pub(super) driver: &'static str,
    pub(super) options: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
pub(super) struct Deploy {
    pub(super) resources: Resources,
}

#[derive(Serialize)]
pub(super) struct Resources {
    pub(super) limits: Limits,
}

/// `docker compose` holds them without a swarm too.
#[derive(Serialize)]
pub(super) struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cpus: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) memory: Option<String>,
    pub(super) pids: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Keys of a service, in the order that linters ask for; all others follow, by name.
pub(super) const KEYS: [&str; 19] = [
    "image",
    "container_name",
    "depends_on",
    "volumes",
    "configs",
    "secrets",
    "environment",
    "env_file",
    "ports",
    "networks",
    "network_mode",
    "extra_hosts",
    "command",
    "entrypoint",
    "working_dir",
    "restart",
    "healthcheck",
    "logging",
    "labels",
];
