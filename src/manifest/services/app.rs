//! Kind `app`: a program of one's own, as a container or as units of systemd.

use super::common::{Common, Data};
use super::container::NetworkMode;
use super::process::{Process, Run};
use super::uses::Use;
use crate::manifest::files::File;
use crate::manifest::planned::Planned;
use crate::manifest::secret_ref::EnvValue;
use crate::manifest::values::{
    AbsolutePath, Argument, Cidr, DebianPackage, Duration, EnvName, HostName, Image, Name, Port, PortRange, Schedule,
    Setting, SettingName, UserName, Version,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A program of one's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct App {
    #[serde(flatten)]
    pub common: Common,
    /// How it runs: `container` in the site's compose project, `systemd` as units. Default: `container` with an image, else `systemd`.
    pub runtime: Option<AppRuntime>,
    /// The image, for containers.
    #[schemars(example = &"ghcr.io/acme/api:1.4.0")]
    pub image: Option<Image>,
    /// Built artifacts on the host, for units.
    pub release: Option<Release>,
    /// The user that it runs as. Default: SITE-SERVICE, made for it.
    #[schemars(example = &"acme-api")]
    pub user: Option<UserName>,
    /// The major version of Node.js that is installed for it.
    #[schemars(example = 24)]
    pub node: Option<Version>,
    /// Debian packages that it needs.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["imagemagick"])]
    pub packages: Vec<DebianPackage>,
    #[serde(flatten)]
    pub run: Run,
    /// Several commands from one image or release, instead of one; routes say `to: service.process`.
    #[serde(default)]
    pub processes: BTreeMap<Name, Process>,
    /// The services that it needs: orders the start, opens the path, and exports how they are reached.
    #[serde(default)]
    #[schemars(extend("x-short" = "keys"), example = ["db", "cache"])]
    pub uses: BTreeMap<Name, Use>,
    /// What runs at times.
    #[serde(default)]
    pub jobs: BTreeMap<Name, Job>,
    /// Own files, by their path on the host or in the container.
    #[serde(default)]
    pub files: BTreeMap<AbsolutePath, File>,
    /// What it writes and must not lose.
    #[serde(default)]
    pub data: BTreeMap<Name, Data>,
    /// Ports that are open to the world and are not HTTP.
    #[serde(default)]
    pub ports: BTreeMap<Name, OpenPort>,
    /// A command that brings the database to what a release needs, run before it starts, as the database's owner.
    #[schemars(length(min = 1), example = ["npx", "prisma", "migrate", "deploy"])]
    pub migrate: Option<Vec<Argument>>,
    /// Gives the container the engine's socket, and with it the whole host. The socket is root's: an image with another user
    /// also needs `settings: {group_add: ["GID"]}`, with what `getent group docker` says on the host. Default: false.
    #[serde(default)]
    pub docker_socket: bool,
    /// The host's own network instead of the site's.
    pub network: Option<NetworkMode>,
    /// Raw keys of the compose service, or of the unit's [Service] section.
    #[serde(default)]
    pub settings: BTreeMap<SettingName, Setting>,
    /// The version of PHP. Planned: this version refuses it.
    pub php: Option<Planned>,
    /// The public folder of a PHP application. Planned: this version refuses it.
    pub root: Option<Planned>,
}

/// How an app runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend(
    "enum" = ["container", "systemd", "pm2", "php-fpm"],
    "x-planned-values" = ["pm2", "php-fpm"]
))]
pub enum AppRuntime {
    Container,
    Systemd,
}

/// Built artifacts on the host: `DIR/releases/ID`, with `DIR/current` leading to the one that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "dir"))]
pub struct Release {
    /// The directory that holds `releases` and `current`.
    #[schemars(example = &"/opt/acme/api")]
    pub dir: AbsolutePath,
    /// How many releases are kept to roll back to. Default: 5.
    #[serde(default = "releases")]
    #[schemars(range(min = 1, max = 100))]
    pub keep: u32,
}

fn releases() -> u32 {
    5
}

/// What runs at times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"schedule": "15 4 * * *", "command": ["/usr/bin/node", "dist/prune.js"]}))]
pub struct Job {
    /// When it runs.
    #[schemars(example = &"15 4 * * *")]
    pub schedule: Schedule,
    /// Program and arguments, as in the service's own command.
    #[schemars(length(min = 1), example = ["/usr/bin/node", "dist/prune.js"])]
    pub command: Vec<Argument>,
    /// How long it may run. Default: `1h`.
    #[serde(default = "hour")]
    pub timeout: Duration,
    /// What its environment has beside the service's.
    #[serde(default)]
    pub env: BTreeMap<EnvName, EnvValue>,
    /// Which channels of `notify` hear that it failed, and that it works again: once for each change, not each run. Default: none;
    /// its unit, log and the mail of cron say it.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["ops"])]
    pub notify: Vec<Name>,
}

fn hour() -> Duration {
    Duration::seconds(3_600)
}

/// A port that is open to the world and is not HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "port"))]
#[schemars(example = serde_json::json!({"port": 993}))]
pub struct OpenPort {
    /// The port on the host, or a range of them.
    #[schemars(example = 993)]
    pub port: PortRange,
    /// Its protocol. Default: `tcp`.
    #[serde(default)]
    pub protocol: Protocol,
    /// The port that the process listens on. Default: the same.
    #[schemars(example = 2222)]
    pub target: Option<Port>,
    /// The name whose certificate the process is given. Planned: this version refuses it.
    #[schemars(extend("x-planned" = true), example = &"mail")]
    pub tls: Option<HostName>,
    /// The networks that may connect. Default: everybody.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["198.51.100.0/24"])]
    pub from: Vec<Cidr>,
}

/// A protocol over IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
}
