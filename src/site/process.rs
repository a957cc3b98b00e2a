//! Processes that systemd runs: units and scheduled jobs.

use super::*;

/// A unit of ours: a service, or a one-shot that a timer starts.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Without suffix: `acme-api` for `acme-api@.service` where `instances` is not empty.
    pub name: String,
    pub origin: Pointer,
    pub description: String,
    /// Instance names of a template unit; an app with a port has its ports here, so `%i` is the port.
    pub instances: Vec<String>,
    pub kind: UnitKind,
    pub user: String,
    pub group: String,
    pub working_directory: Option<String>,
    /// argv; the first is an absolute path. `%` and `$` are literal here.
    pub command: Vec<String>,
    /// Run before the start, with the same user and environment.
    pub before_start: Vec<Vec<String>>,
    /// Environment without secrets, written into the unit; `(name, value)` in the manifest's order.
    pub environment: Vec<(String, String)>,
    /// Variable that carries the instance name (`PORT`).
    pub instance_variable: Option<String>,
    /// Path of the 0600 environment file with the variables that hold secrets.
    pub environment_file: Option<EnvironmentFile>,
    /// Secrets that the process reads as files: systemd hands them over, the variable holds the path.
    pub credentials: Vec<Credential>,
    /// Units that must be up before.
    pub after: Vec<String>,
    /// Units without which it makes no sense (soft: `Wants=`).
    pub wants: Vec<String>,
    /// Bytes for each instance.
    pub memory: Option<u64>,
    /// CPUs for each instance, 0.5 is half of one.
    pub cpus: Option<f64>,
    pub tasks: Option<u32>,
    pub sandbox: Sandbox,
    /// Extra `[Service]` settings in systemd's own spelling, verbatim.
    pub settings: Vec<(String, String)>,
    /// Directory that must exist before it can start (a release that is not deployed yet).
    pub needs_path: Option<String>,
    pub order: u16,
    /// Where it answers, for health checks and documents.
    pub ports: Vec<u16>,
    /// `OnCalendar` expressions if a timer starts it.
    pub calendar: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitKind {
    /// Runs until it is stopped.
    Service,
    /// Runs to its end (`Type=oneshot`).
    Oneshot,
}

/// An environment file that only root reads.
#[derive(Debug, Clone)]
pub struct EnvironmentFile {
    pub path: String,
    pub variables: Vec<Variable>,
}

/// A secret handed over as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Variable that holds the file's path.
    pub variable: String,
    /// Name of the secret, and of the file.
    pub secret: String,
}

/// A variable of an environment.
#[derive(Debug, Clone)]
pub struct Variable {
    pub name: String,
    pub value: Text,
    pub origin: Pointer,
}

/// What a unit may do.
#[derive(Debug, Clone, Default)]
pub struct Sandbox {
    /// Directories that it may write.
    pub writable: Vec<String>,
    /// Makes code at run time (Node.js, Java, .NET): no `MemoryDenyWriteExecute`.
    pub jit: bool,
    /// May listen on ports under 1024.
    pub low_ports: bool,
    /// Talks to nothing but this host.
    pub loopback_only: bool,
    /// Needs root and the whole system (an installer, a backup).
    pub none: bool,
    /// Directory names for `StateDirectory=`.
    pub state_directory: Option<String>,
}

/// A command on a schedule, run by cron under a lock.
#[derive(Debug, Clone)]
pub struct Job {
    /// Unique on the host: `api-prune-sessions`, `backup`.
    pub name: String,
    pub origin: Pointer,
    /// Five fields.
    pub schedule: String,
    pub user: String,
    pub run: JobRun,
    pub description: String,
    /// Names of [`Channel`]s that hear of its failure.
    pub notify: Vec<String>,
}

#[derive(Debug, Clone)]
pub enum JobRun {
    /// A one-shot unit of ours to start, so that sandbox, limits and environment are its own.
    Unit(String),
    /// A container of the profile [`JOBS`], which may take so many seconds.
    Container { name: String, timeout: u64 },
}
