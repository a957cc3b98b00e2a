//! One container as a service of the compose file.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::{Mapping, Value};

use super::daemon;
use super::file::{Dependency, Deploy, Health, KEYS, Limits, Logging, MountPoint, Port, Resources, SecretUse, Service};
use crate::digest::sha256;
use crate::site::{
    ConfigFile, Container, Encoding, Healthcheck, Host, Mount, PortBinding, Protocol, Site, placeholder,
};

/// Processes and threads of a container that asks for no number of its own.
const PIDS: u32 = 512;

pub(super) fn service(site: &Site, host: &Host, container: &Container) -> Value {
    let known = |name: &str| host.containers.iter().any(|other| other.name == name);
    let mut networks = container.networks.clone();
    networks.sort();
    networks.dedup();
    let service = Service {
        image: container.image.clone(),
        depends_on: container
            .depends_on
            .iter()
            .filter(|(name, _)| known(name))
            .map(|(name, healthy)| (name.clone(), dependency(*healthy)))
            .collect(),
        volumes: container.mounts.iter().map(|mount| mount_point(site, mount)).collect(),
        secrets: container
            .secrets
            .iter()
            .map(|(target, source)| SecretUse {
                source: source.clone(),
                target: target.clone(),
            })
            .collect(),
        environment: mapping(&container.environment),
        env_file: container
            .environment_file
            .iter()
            .map(|file| file.path.clone())
            .collect(),
        ports: ports(&container.ports),
        networks: if container.host_network { Vec::new() } else { networks },
        network_mode: container.host_network.then_some("host"),
        extra_hosts: mapping(&container.extra_hosts),
        command: container.command.clone(),
        entrypoint: container.entrypoint.clone(),
        restart: container.profile.is_none().then_some("unless-stopped"),
        healthcheck: container.healthcheck.as_ref().map(health),
        logging: Logging {
            driver: daemon::LOG_DRIVER,
            options: daemon::LOG_OPTIONS.into(),
        },
        labels: labels(site, host, container),
        user: container.user.clone(),
        cap_add: container.capabilities.clone(),
        cap_drop: ["ALL"],
        deploy: Deploy {
            resources: Resources {
                limits: Limits {
                    cpus: container
                        .cpus
                        .or((host.cpus > 0).then(|| f64::from(host.cpus)))
                        .map(|cpus| cpus.to_string()),
                    memory: container.memory.map(size),
                    pids: container.pids.unwrap_or(PIDS),
                },
            },
        },
        hostname: container.name.clone(),
        init: true,
        profiles: container.profile.iter().cloned().collect(),
        read_only: container.read_only,
        security_opt: ["no-new-privileges:true"],
        shm_size: container.shm.map(size),
        stop_grace_period: format!("{}s", container.stop_grace),
        tmpfs: container.tmpfs.clone(),
    };
    let service = serde_yaml::to_value(&service).expect("it is made of maps, lists and scalars");
    if container.settings.is_empty() {
        service
    } else {
        with_settings(service, container)
    }
}

/// Raw keys of the manifest replace ours.
fn with_settings(service: Value, container: &Container) -> Value {
    let Value::Mapping(mut service) = service else {
        return service;
    };
    for (key, value) in &container.settings {
        let value = serde_yaml::to_value(value).expect("JSON is YAML");
        service.insert(Value::String(key.clone()), value);
    }
    let rank = |key: &str| {
        KEYS.iter()
            .position(|known| *known == key)
            .unwrap_or(if key == "user" { KEYS.len() } else { KEYS.len() + 1 })
    };
    let mut entries: Vec<(Value, Value)> = service.into_iter().collect();
    entries.sort_by(|(a, _), (b, _)| {
        let (a, b) = (a.as_str().unwrap_or_default(), b.as_str().unwrap_or_default());
        (rank(a), a).cmp(&(rank(b), b))
    });
    Value::Mapping(entries.into_iter().collect())
}

fn dependency(healthy: bool) -> Dependency {
    Dependency {
        condition: if healthy { "service_healthy" } else { "service_started" },
    }
}

fn mapping(pairs: &[(String, String)]) -> Mapping {
    pairs
        .iter()
        .map(|(name, value)| (Value::String(name.clone()), Value::String(value.clone())))
        .collect()
}

fn ports(bindings: &[PortBinding]) -> Vec<Port> {
    let mut bindings: Vec<&PortBinding> = bindings.iter().collect();
    bindings.sort_by_key(|binding| (binding.host, binding.protocol));
    bindings
        .into_iter()
        .map(|binding| Port {
            host_ip: binding.address.clone(),
            published: binding.host.to_string(),
            target: binding.container,
            protocol: match binding.protocol {
                Protocol::Tcp => "tcp",
                Protocol::Udp => "udp",
            },
        })
        .collect()
}

fn mount_point(site: &Site, mount: &Mount) -> MountPoint {
    match mount {
        Mount::Volume { name, target } => MountPoint {
            r#type: "volume",
            source: name.clone(),
            target: target.clone(),
            read_only: false,
        },
        Mount::Bind {
            source,
            target,
            read_only,
        } => MountPoint {
            r#type: "bind",
            source: from_project(site, source),
            target: target.clone(),
            read_only: *read_only,
        },
    }
}

/// What lies under `/etc` is named from the project's folder: all of `/etc` is not what anybody wants to mount, and linters
/// say so of every path that begins like that.
fn from_project(site: &Site, path: &str) -> String {
    if let Some(rest) = path.strip_prefix(&format!("{}/", site.etc())) {
        return format!("../{rest}");
    }
    path.strip_prefix("/etc/")
        .map_or_else(|| path.to_owned(), |rest| format!("../../{rest}"))
}

fn health(check: &Healthcheck) -> Health {
    Health {
        test: std::iter::once("CMD".to_owned())
            .chain(check.command.iter().cloned())
            .collect(),
        interval: format!("{}s", check.interval),
        timeout: format!("{}s", check.timeout),
        retries: check.retries,
        start_period: format!("{}s", check.start_period),
        // While it starts it is asked often, so that nobody waits for longer than it takes.
        start_interval: "1s",
    }
}

/// Digests of the files that the container reads, and of the secrets in them, which the host knows. What lies in a mounted
/// folder is seen as it is now: it counts only if the container is to be made anew for it.
fn labels(site: &Site, host: &Host, container: &Container) -> BTreeMap<String, String> {
    let mut secrets: BTreeSet<&str> = container.secrets.iter().map(|(_, secret)| secret.as_str()).collect();
    let mut files = String::new();
    for mount in &container.mounts {
        let Mount::Bind { source, .. } = mount else { continue };
        let inside = format!("{source}/");
        let is_anew = |file: &ConfigFile| file.actions.iter().any(|action| action == super::NAME);
        let counts = |file: &&ConfigFile| file.path == *source || file.path.starts_with(&inside) && is_anew(file);
        for file in host.files.iter().filter(counts) {
            files.push_str(&format!("{} {}\n", file.path, sha256(&file.content)));
            secrets.extend(secrets_in(&file.content));
        }
    }
    let secrets = secrets.into_iter().map(|secret| {
        (
            format!("{}.secret.{secret}", site.name),
            placeholder(secret, Encoding::Sha256),
        )
    });
    let files = (!files.is_empty()).then(|| (format!("{}.files", site.name), sha256(&files)));
    secrets.chain(files).collect()
}

fn secrets_in(content: &str) -> impl Iterator<Item = &str> {
    content
        .split("{{secret:")
        .skip(1)
        .filter_map(|rest| rest.split(':').next())
}

/// In the units of Docker, which are powers of two.
fn size(bytes: u64) -> String {
    let units = [("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)];
    let unit = units
        .into_iter()
        .find(|(_, factor)| bytes > 0 && bytes.is_multiple_of(*factor));
    unit.map_or_else(
        || format!("{bytes}b"),
        |(unit, factor)| format!("{}{unit}", bytes / factor),
    )
}
