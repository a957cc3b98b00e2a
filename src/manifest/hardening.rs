//! `hardening`: what closes the hosts to those who have no business there.

use super::switch::Switch;
use super::values::{Cidr, Duration, Port, TimeOfDay};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What closes the hosts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hardening {
    /// sshd: keys only, no root, strong algorithms. Needs `admins`, or nobody could log in. Default: `strict`.
    #[serde(default = "Switch::<Ssh>::with_defaults")]
    pub ssh: Switch<Ssh>,
    /// The firewall: closed but for what the manifest opens. Default: `ufw`.
    #[serde(default = "Switch::<Firewall>::with_defaults")]
    pub firewall: Switch<Firewall>,
    /// Locks out addresses that fail to log in. Default: on.
    #[serde(default = "Switch::<Fail2ban>::with_defaults")]
    pub fail2ban: Switch<Fail2ban>,
    /// Installs security updates by itself. Default: on.
    #[serde(default = "Switch::<UnattendedUpgrades>::with_defaults")]
    pub unattended_upgrades: Switch<UnattendedUpgrades>,
}

impl Default for Hardening {
    fn default() -> Self {
        Self {
            ssh: Switch::with_defaults(),
            firewall: Switch::with_defaults(),
            fail2ban: Switch::with_defaults(),
            unattended_upgrades: Switch::with_defaults(),
        }
    }
}

impl Hardening {
    /// Where the manifest doesn't speak of it: all but sshd, as who may log in isn't known either.
    pub fn unless_said() -> Switch<Self> {
        Switch::On(Self {
            ssh: Switch::Off,
            fail2ban: Switch::Off,
            ..Self::default()
        })
    }
}

/// sshd.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = {"string": "policy"}))]
pub struct Ssh {
    /// `strict`: keys only, no root, no forwarding, and only algorithms without known weakness. Default: `strict`.
    #[serde(default)]
    pub policy: SshPolicy,
    /// The port that it listens on. Default: 22.
    #[serde(default = "ssh_port")]
    pub port: Port,
    /// How often a connection may fail to log in. Default: 3.
    #[serde(default = "max_auth_tries")]
    #[schemars(range(min = 1, max = 10))]
    pub max_auth_tries: u8,
    /// How long a connection may take to log in. Default: `30s`.
    #[serde(default = "login_grace_time")]
    pub login_grace_time: Duration,
    /// The networks that may connect. Default: everybody.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["198.51.100.0/24"])]
    pub from: Vec<Cidr>,
}

impl Default for Ssh {
    fn default() -> Self {
        Self {
            policy: SshPolicy::default(),
            port: ssh_port(),
            max_auth_tries: max_auth_tries(),
            login_grace_time: login_grace_time(),
            from: Vec::new(),
        }
    }
}

fn ssh_port() -> Port {
    Port::new(22).expect("not zero")
}

fn max_auth_tries() -> u8 {
    3
}

fn login_grace_time() -> Duration {
    Duration::seconds(30)
}

/// How sshd is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SshPolicy {
    #[default]
    Strict,
}

/// The firewall.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = {"string": "backend"}))]
pub struct Firewall {
    /// The program that keeps the rules. Default: `ufw`.
    #[serde(default)]
    pub backend: FirewallBackend,
}

/// The program that keeps the firewall's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FirewallBackend {
    #[default]
    Ufw,
}

/// fail2ban.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fail2ban {
    /// How many failures lock an address out. Default: 5.
    #[serde(default = "max_retry")]
    #[schemars(range(min = 1, max = 1000))]
    pub max_retry: u32,
    /// Within how long. Default: `10m`.
    #[serde(default = "find_time")]
    pub find_time: Duration,
    /// For how long. Default: `1h`.
    #[serde(default = "ban_time")]
    pub ban_time: Duration,
    /// Networks that are never locked out.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["198.51.100.0/24"])]
    pub ignore: Vec<Cidr>,
}

impl Default for Fail2ban {
    fn default() -> Self {
        Self {
            max_retry: max_retry(),
            find_time: find_time(),
            ban_time: ban_time(),
            ignore: Vec::new(),
        }
    }
}

fn max_retry() -> u32 {
    5
}

fn find_time() -> Duration {
    Duration::seconds(600)
}

fn ban_time() -> Duration {
    Duration::seconds(3_600)
}

/// Security updates.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct UnattendedUpgrades {
    /// When the host restarts by itself if an update needs it. Default: never.
    #[schemars(example = &"04:00")]
    pub reboot: Option<TimeOfDay>,
}
