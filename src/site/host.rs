//! A host and the parts that do not belong to one family: packages, users, directories, files, actions.

use std::net::IpAddr;

use ipnet::IpNet;

use super::*;

/// One machine with everything that it is to run.
#[derive(Debug, Clone)]
pub struct Host {
    pub name: String,
    pub origin: Pointer,
    /// What `hostname` answers.
    pub hostname: String,
    pub os: Os,
    /// Addresses that the world reaches it at.
    pub public: Vec<IpAddr>,
    /// Address and network that the other hosts reach it at.
    pub private: Option<IpNet>,
    /// Encrypted networks that it is in, by name.
    pub tunnels: Vec<Tunnel>,
    /// Whole CPUs, and bytes of memory and disk.
    pub cpus: u32,
    pub memory: u64,
    pub disk: u64,
    /// Memory kept for what this site does not start, by name, in bytes.
    pub reserve: Vec<(String, u64)>,
    pub packages: Vec<Package>,
    pub programs: Vec<Program>,
    pub users: Vec<User>,
    pub directories: Vec<Directory>,
    /// Files that a service kind or an escape hatch made whole.
    pub files: Vec<ConfigFile>,
    /// Files that a package reads while it is installed, so that they are there first.
    pub before_packages: Vec<ConfigFile>,
    pub actions: Vec<Action>,
    pub preconditions: Vec<Precondition>,
    /// Units of the distribution or of ours that must be enabled and active.
    pub enabled: Vec<EnabledUnit>,
    /// Units of ours.
    pub units: Vec<Unit>,
    pub containers: Vec<Container>,
    pub container_networks: Vec<ContainerNetwork>,
    /// Registries to log in to before pulling images.
    pub registries: Vec<Registry>,
    pub ingress: Option<Ingress>,
    pub dns: Option<DnsServer>,
    pub certificates: Vec<Certificate>,
    pub openings: Vec<Opening>,
    pub jobs: Vec<Job>,
    pub backup: Option<BackupPlan>,
    /// What the services here want to have saved; the plan is made of them.
    pub backup_sources: Vec<BackupSource>,
    pub probes: Vec<Probe>,
    /// How it asks them by itself.
    pub watch: Option<Watch>,
    pub hardening: Hardening,
}

impl Host {
    /// A machine without addresses, sizes and parts.
    pub fn bare(name: &str, origin: Pointer, os: Os) -> Self {
        Self {
            name: name.to_owned(),
            origin,
            hostname: name.to_owned(),
            os,
            public: Vec::new(),
            private: None,
            tunnels: Vec::new(),
            cpus: 0,
            memory: 0,
            disk: 0,
            reserve: Vec::new(),
            packages: Vec::new(),
            programs: Vec::new(),
            users: Vec::new(),
            directories: Vec::new(),
            files: Vec::new(),
            before_packages: Vec::new(),
            actions: Vec::new(),
            preconditions: Vec::new(),
            enabled: Vec::new(),
            units: Vec::new(),
            containers: Vec::new(),
            container_networks: Vec::new(),
            registries: Vec::new(),
            ingress: None,
            dns: None,
            certificates: Vec::new(),
            openings: Vec::new(),
            jobs: Vec::new(),
            backup: None,
            backup_sources: Vec::new(),
            probes: Vec::new(),
            watch: None,
            hardening: Hardening::default(),
        }
    }
}

/// A supported operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Os {
    Debian12,
    Debian13,
    Ubuntu2204,
    Ubuntu2404,
}

impl Os {
    /// `ID-VERSION_ID` of os-release.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Debian12 => "debian-12",
            Self::Debian13 => "debian-13",
            Self::Ubuntu2204 => "ubuntu-22.04",
            Self::Ubuntu2404 => "ubuntu-24.04",
        }
    }
}

/// A package of the distribution or of a repository of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub name: String,
    pub repository: Option<Repository>,
}

impl Package {
    pub fn of_distribution(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            repository: None,
        }
    }
}

/// A third-party package repository that we know, with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Repository {
    /// Docker's own: Engine and the compose plugin.
    Docker,
    /// The PostgreSQL Global Development Group's.
    Postgresql,
    /// NodeSource's, for one major version of Node.js.
    NodeSource(u8),
}

/// A released program that no package repository has.
#[derive(Debug, Clone)]
pub struct Program {
    pub name: &'static str,
    pub path: &'static str,
    pub version: &'static str,
    pub url: String,
    pub sha256: String,
    /// Member of the `.tgz`.
    pub member: &'static str,
    /// Arguments that make it print its version.
    pub version_args: &'static str,
}

/// A system user with a group of its name, made by `sysusers.d`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: String,
    pub origin: Pointer,
    pub description: String,
    pub home: String,
    /// Other groups it is in.
    pub groups: Vec<String>,
}

/// A directory, made by `tmpfiles.d`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    pub path: String,
    pub origin: Pointer,
    pub owner: String,
    pub group: String,
    pub mode: u16,
}

/// A whole file that a kind or an escape hatch made; emitters place it as it is.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Absolute path on the host.
    pub path: String,
    pub origins: Vec<Pointer>,
    pub owner: String,
    pub group: String,
    pub mode: u16,
    /// Secrets stand in it as [`placeholder`]s.
    pub content: String,
    /// Line number (from 1) where the lines of an origin begin, ascending.
    pub lines: Vec<(u32, Pointer)>,
    /// Artifact family, for `install.sh --only` and `explain`.
    pub set: &'static str,
    /// Names of the actions that a change of it triggers.
    pub actions: Vec<String>,
    /// It came through an escape hatch, and nothing here knows what it says.
    pub verbatim: bool,
}

/// Something that `install.sh` does after a file changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub name: String,
    /// Position among all actions and units; see [`order`].
    pub order: u16,
    /// Shell command that validates the staged files before anything goes live.
    pub check: Option<String>,
    /// Shell command that takes the new files into use.
    pub run: Option<String>,
    /// For people: `reloads nginx`.
    pub effect: String,
}

/// What must be true on the host before an installation touches it, such as that a database is what the plan takes it for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    pub name: String,
    /// Shell command that says why not. The new files, with their secrets, lie below `$STAGED`.
    pub command: String,
}

/// A unit that must be enabled and active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnabledUnit {
    pub name: String,
    pub order: u16,
}

/// Where in an installation a thing happens, first to last.
pub mod order {
    pub const SYSTEM: u16 = 10;
    pub const FIREWALL: u16 = 20;
    pub const NETWORK: u16 = 25;
    pub const DATABASE: u16 = 30;
    pub const SCHEMA: u16 = 35;
    pub const CONTAINERS: u16 = 40;
    pub const DNS: u16 = 50;
    pub const APPS: u16 = 60;
    pub const INGRESS: u16 = 70;
    pub const CERTIFICATES: u16 = 80;
    pub const MONITORING: u16 = 90;
}

/// What protects the host itself.
#[derive(Debug, Clone, Default)]
pub struct Hardening {
    pub origin: Pointer,
    pub ssh: Option<Ssh>,
    /// ufw with a default of deny.
    pub firewall: bool,
    pub fail2ban: Option<Fail2ban>,
    pub unattended_upgrades: Option<UnattendedUpgrades>,
}

/// When an address is locked out.
#[derive(Debug, Clone)]
pub struct Fail2ban {
    pub origin: Pointer,
    /// Failures within `find_time` seconds lock out for `ban_time` seconds.
    pub max_retry: u32,
    pub find_time: u64,
    pub ban_time: u64,
    /// Networks that are never locked out.
    pub ignore: Vec<IpNet>,
}

/// Security updates that the host installs by itself.
#[derive(Debug, Clone)]
pub struct UnattendedUpgrades {
    pub origin: Pointer,
    /// When it restarts if an update needs it: `04:00`.
    pub reboot: Option<String>,
}

/// The SSH server's settings.
#[derive(Debug, Clone)]
pub struct Ssh {
    pub origin: Pointer,
    pub port: u16,
    pub max_auth_tries: u32,
    /// Seconds.
    pub login_grace_time: u32,
    /// Networks that may connect; empty is everyone.
    pub from: Vec<IpNet>,
}

/// A port opened in the host's firewall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub origin: Pointer,
    /// What for, in one line.
    pub comment: String,
    pub protocol: Protocol,
    /// First and last port.
    pub ports: (u16, u16),
    /// Networks that may connect; empty is everyone.
    pub from: Vec<IpNet>,
    /// Only what comes in here, such as a tunnel; none is every interface.
    pub interface: Option<String>,
    /// At most six connections in thirty seconds from one address (`ufw limit`).
    pub limit: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    Tcp,
    Udp,
}

/// A question that the health check asks.
#[derive(Debug, Clone)]
pub struct Probe {
    /// Unique on the host: `api@3000`, `db`, `certificate acme.example`.
    pub name: String,
    pub origin: Pointer,
    pub check: Check,
}

#[derive(Debug, Clone)]
pub enum Check {
    /// The unit is active.
    Unit(String),
    /// The compose service's container runs, and is healthy if it has a health check.
    Container(String),
    /// The URL answers 2xx or 3xx within five seconds; `host` overrides the Host header.
    /// `unix:/run/acme/api.sock:/healthz` asks at a socket.
    Http { url: String, host: Option<String> },
    /// Something listens.
    Tcp { address: String, port: u16 },
    /// The command, already quoted for a shell, exits 0.
    Command(String),
    /// The command says it: `ok`, `warning` or `critical`, a tab, and a line.
    State(String),
    /// The PEM file's certificate is valid for at least this many days more.
    Certificate { path: String, days: u32 },
    /// The file system of this path is at most this full, in percent.
    Disk { path: String, percent: u8 },
    /// At least this share of memory is available, in percent.
    Memory { available: u8 },
    /// The last backup saved everything, and is at most this old, in hours.
    Backup { hours: u32 },
    /// The members of a replicated database are what the manifest takes them for; `stop` stops the one of this host.
    Replication { service: String, stop: String },
    /// No secret is older than it may be, and none is half replaced.
    Secrets,
    /// The name server on this host answers for the zone.
    Dns { zone: String },
}
