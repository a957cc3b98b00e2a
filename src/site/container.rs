//! Containers of a host, and the networks between them.

use super::*;

/// Compose profile of containers that cron starts.
pub const JOBS: &str = "jobs";
/// Compose profile of containers that run migrations.
pub const MIGRATE: &str = "migrate";

/// One container; a service with several instances has several.
#[derive(Debug, Clone)]
pub struct Container {
    /// Name of the compose service: `cache`, `api-1`.
    pub name: String,
    /// Service of the manifest.
    pub service: String,
    pub origin: Pointer,
    /// Reference with a tag, and a digest if the manifest has one.
    pub image: String,
    /// Variable that may name another image of the same repository: what was deployed by its tag.
    pub image_variable: Option<String>,
    /// argv; empty leaves the image's own.
    pub command: Vec<String>,
    pub entrypoint: Vec<String>,
    /// Environment without secrets.
    pub environment: Vec<(String, String)>,
    /// Environment with secrets.
    pub environment_file: Option<EnvironmentFile>,
    pub ports: Vec<PortBinding>,
    pub mounts: Vec<Mount>,
    /// Names of [`ContainerNetwork`]s; empty with `host_network`.
    pub networks: Vec<String>,
    pub host_network: bool,
    pub healthcheck: Option<Healthcheck>,
    /// Containers that must be healthy (or started, without a health check) before; `(name, healthy)`.
    pub depends_on: Vec<(String, bool)>,
    /// `uid:gid`, or none for the image's own.
    pub user: Option<String>,
    pub read_only: bool,
    /// Paths of in-memory file systems, with options: `/tmp:size=64m`.
    pub tmpfs: Vec<String>,
    /// Linux capabilities kept after dropping all.
    pub capabilities: Vec<String>,
    /// Bytes.
    pub memory: Option<u64>,
    pub cpus: Option<f64>,
    pub pids: Option<u32>,
    /// Bytes of `/dev/shm`.
    pub shm: Option<u64>,
    /// Seconds to end in peace.
    pub stop_grace: u32,
    /// Secrets as files under `/run/secrets/`: `(file name there, secret)`.
    pub secrets: Vec<(String, String)>,
    /// Host names added to `/etc/hosts`: `(name, address)`.
    pub extra_hosts: Vec<(String, String)>,
    /// Started only with this compose profile.
    pub profile: Option<String>,
    /// Raw compose keys, verbatim.
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// Images that a host keeps to go back to.
pub const IMAGES_KEPT: u32 = 5;

impl Container {
    /// Its image's reference without tag and digest.
    pub fn repository(&self) -> &str {
        let image = self.image.split_once('@').map_or(&*self.image, |(image, _)| image);
        let name = image.rfind('/').map_or(0, |slash| slash + 1);
        image[name..].find(':').map_or(image, |colon| &image[..name + colon])
    }
}

/// A container port published on the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortBinding {
    /// Address on the host: `127.0.0.1`, a private address, or `0.0.0.0`.
    pub address: String,
    pub host: u16,
    pub container: u16,
    pub protocol: Protocol,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mount {
    /// A named volume.
    Volume { name: String, target: String },
    /// A path of the host.
    Bind {
        source: String,
        target: String,
        read_only: bool,
    },
}

/// How the engine knows that a container is well.
#[derive(Debug, Clone)]
pub struct Healthcheck {
    /// argv without a shell.
    pub command: Vec<String>,
    /// Seconds.
    pub interval: u32,
    pub timeout: u32,
    pub start_period: u32,
    pub retries: u32,
}

/// A bridge network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerNetwork {
    pub name: String,
    /// No way out of the host.
    pub internal: bool,
    /// Subnet from the lock, such as `172.30.1.0/24`.
    pub subnet: String,
}

/// A registry that asks for a login.
#[derive(Debug, Clone)]
pub struct Registry {
    pub host: String,
    pub origin: Pointer,
    pub user: String,
    /// Name of the secret that holds the password or token.
    pub password: String,
}
