//! `backups`: what is kept, where, and for how long.

use super::secret_ref::{SecretRef, TextOrSecret};
use super::values::{AbsolutePath, Name, Port, Schedule, ServerName, SshKey, Text, UserName, WebUrl};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Backups of every database and data directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Backups {
    /// When they are made. Default: `0 2 * * *`, each night at two.
    #[serde(default = "nightly")]
    pub schedule: Schedule,
    /// How many are kept. Default: 7 daily, 4 weekly, 12 monthly.
    #[serde(default)]
    pub keep: Keep,
    /// Where they are kept. Default: /var/backups/SITE on the host itself.
    #[serde(default)]
    pub to: BTreeMap<Name, Destination>,
    /// What is kept beside databases and data.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["nginx", "env", "certificates"])]
    pub include: Vec<Include>,
    /// When the newest backup is restored to a scratch place and looked at. Default: never.
    #[schemars(example = &"0 5 * * 0")]
    pub test_restore: Option<Schedule>,
    /// Which channels of `notify` hear of a failure, and when it works again: once for each change, not each run.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["ops"])]
    pub notify: Vec<Name>,
    /// A dead man's signal: an address that is asked for (GET) after each run that saved everything, so that a service such as
    /// healthchecks.io tells you when it stays away. `%h` in it stands for the host's name: with several hosts, give each its
    /// own. Default: none.
    #[schemars(example = &"https://hc-ping.example.net/acme/backup-%h")]
    pub heartbeat: Option<TextOrSecret>,
    /// A JSON file that says how the last run went, whether it saved everything or not. Default: backup-status.json in
    /// /var/lib/SITE.
    #[schemars(example = &"/var/lib/acme/backup-status.json")]
    pub status_file: Option<AbsolutePath>,
}

impl Default for Backups {
    fn default() -> Self {
        Self {
            schedule: nightly(),
            keep: Keep::default(),
            to: BTreeMap::new(),
            include: Vec::new(),
            test_restore: None,
            notify: Vec::new(),
            heartbeat: None,
            status_file: None,
        }
    }
}

fn nightly() -> Schedule {
    "0 2 * * *".parse().expect("a schedule")
}

/// How many backups are kept of each age; what is not named is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Keep {
    /// One of each of the last days.
    #[schemars(range(min = 1, max = 3660), example = 7)]
    pub daily: Option<u32>,
    /// One of each of the last weeks.
    #[schemars(range(min = 1, max = 520), example = 4)]
    pub weekly: Option<u32>,
    /// One of each of the last months.
    #[schemars(range(min = 1, max = 120), example = 12)]
    pub monthly: Option<u32>,
    /// One of each of the last years.
    #[schemars(range(min = 1, max = 100), example = 2)]
    pub yearly: Option<u32>,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            daily: Some(7),
            weekly: Some(4),
            monthly: Some(12),
            yearly: None,
        }
    }
}

/// A place that backups are kept in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"path": "/var/backups/acme"}))]
pub struct Destination {
    #[serde(flatten)]
    pub target: DestinationTarget,
    /// How many are kept here, instead of what `backups.keep` says.
    pub keep: Option<Keep>,
}

/// What sort of place it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DestinationTarget {
    /// A folder of the host.
    #[schemars(example = &"/var/backups/acme")]
    Path(AbsolutePath),
    /// A bucket of an S3 storage.
    S3(S3Target),
    /// A server that is reached by SFTP.
    Sftp(SftpTarget),
    /// A remote that rclone knows.
    Rclone(RcloneTarget),
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct S3Target {
    /// The bucket's name.
    #[schemars(length(min = 1), example = &"acme-backups")]
    pub bucket: Text,
    /// The region that it is in. Default: `us-east-1`.
    #[schemars(example = &"eu-west-3")]
    pub region: Option<Text>,
    /// The storage's address, where it isn't Amazon's.
    #[schemars(example = &"https://s3.example.net")]
    pub endpoint: Option<WebUrl>,
    /// A folder within the bucket. Default: none.
    pub prefix: Option<Text>,
    /// A secret with the keys `access_key_id` and `secret_access_key`.
    pub credentials: SecretRef,
}

/// A server that is reached by SFTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SftpTarget {
    /// The server's name.
    #[schemars(example = &"backup.example.net")]
    pub host: ServerName,
    /// Its port. Default: 22.
    #[serde(default = "ssh_port")]
    pub port: Port,
    /// The user there.
    #[schemars(example = &"acme")]
    pub user: UserName,
    /// The folder there.
    #[schemars(example = &"/backups/acme")]
    pub path: AbsolutePath,
    /// A secret that holds the private key.
    pub key: SecretRef,
    /// The server's public key, as in `known_hosts` without the name, so that no other server is believed.
    #[schemars(example = &"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICL4GaynCSOlU4oRumwJy8RfoiIxiGXhR3SOW0IBtHIj")]
    pub host_key: SshKey,
}

fn ssh_port() -> Port {
    Port::new(22).expect("not zero")
}

/// A remote that rclone knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RcloneTarget {
    /// Remote and folder, as rclone writes them.
    #[schemars(example = &"offsite:acme-backups")]
    pub remote: Text,
    /// A secret that holds rclone.conf.
    pub config: SecretRef,
}

/// What is kept beside databases and data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Include {
    /// The releases of applications.
    Code,
    /// Environment files, secrets included.
    Env,
    /// The web server's configuration.
    Nginx,
    /// Certificates and their keys.
    Certificates,
}
