//! What must not be lost, and where copies go.

use super::*;

/// Backups of a host.
#[derive(Debug, Clone)]
pub struct BackupPlan {
    pub origin: Pointer,
    /// Five fields of cron.
    pub schedule: String,
    pub keep: Keep,
    pub sources: Vec<BackupSource>,
    pub destinations: Vec<Destination>,
    /// When a restore is tried, five fields of cron.
    pub test_restore: Option<String>,
    /// Names of [`Channel`]s.
    pub notify: Vec<String>,
    /// Address that is asked for after a run that saved everything.
    pub heartbeat: Option<Text>,
    /// File that says how the last run went.
    pub status_file: String,
}

impl BackupPlan {
    /// What one of its destinations keeps.
    pub fn keep_of<'a>(&'a self, destination: &'a Destination) -> &'a Keep {
        destination.keep.as_ref().unwrap_or(&self.keep)
    }
}

/// How many of each are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keep {
    pub daily: u32,
    pub weekly: u32,
    pub monthly: u32,
    pub yearly: u32,
}

/// One thing to save; each is a restic snapshot tagged with its name.
#[derive(Debug, Clone)]
pub struct BackupSource {
    /// Unique on the host: `db/acme`, `api/org-data`, `secrets`.
    pub name: String,
    pub service: String,
    pub origin: Pointer,
    pub what: BackupWhat,
}

#[derive(Debug, Clone)]
pub enum BackupWhat {
    /// `pg_dump -Fc` of one database.
    PostgresDatabase { access: Access, database: String },
    /// `pg_dumpall --globals-only`.
    PostgresGlobals { access: Access },
    /// An RDB file after a finished `BGSAVE`; `rdb` is its path as the engine or the container sees it.
    Redis {
        access: Access,
        port: u16,
        /// Secret with the password of the user `backup`.
        password: String,
        rdb: String,
    },
    /// A SQLite database, by its online backup.
    Sqlite { path: String },
    /// Paths of the host.
    Paths { paths: Vec<String> },
    /// A named volume of the compose project.
    Volume { name: String },
}

/// How a tool gets at a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// On the host itself, as this system user.
    Native { user: String },
    /// Inside this compose service, as this system user.
    Container { service: String, user: String },
}

/// A restic repository.
#[derive(Debug, Clone)]
pub struct Destination {
    pub name: String,
    pub origin: Pointer,
    /// Replaces the plan's.
    pub keep: Option<Keep>,
    pub place: DestinationPlace,
    /// Secret with the repository's password.
    pub password: String,
}

#[derive(Debug, Clone)]
pub enum DestinationPlace {
    Path(String),
    S3 {
        /// Of a provider that is not Amazon: `https://s3.example.net`.
        endpoint: Option<String>,
        bucket: String,
        region: Option<String>,
        prefix: String,
        /// Secrets.
        access_key_id: String,
        secret_access_key: String,
    },
    Sftp {
        host: String,
        port: u16,
        user: String,
        path: String,
        /// Secret with the private key.
        key: String,
        /// The server's public key, as in `known_hosts` without the name.
        host_key: String,
    },
    Rclone {
        /// `offsite:letsbe-hub-backups`
        remote: String,
        /// Secret with the whole `rclone.conf`.
        config: String,
    },
}
