//! The web server as one of the host's containers: what it mounts, and what it cannot get at.

use std::collections::BTreeMap;

use super::super::{World, host_mut};
use super::{Build, Entry};
use crate::diag::Diagnostic;
use crate::kind::{EDGE, Placed, Runtime};
use crate::manifest::IngressRuntime as Section;
use crate::site::*;

/// The stable branch of the official image; security releases keep the tag.
const IMAGE: &str = "nginx:1.30";
const NAME: &str = "ingress";

/// Its master binds 80 and 443, opens logs that belong to the workers, and hands the workers their user.
const CAPABILITIES: [&str; 6] = ["CHOWN", "DAC_OVERRIDE", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID"];

pub(super) fn runtime(section: Section) -> IngressRuntime {
    match section {
        Section::Native => IngressRuntime::Native,
        Section::Container => IngressRuntime::Container {
            name: NAME.to_owned(),
            image: IMAGE.to_owned(),
        },
    }
}

/// The containers of the web servers that run in one; their names and certificates are known by now.
pub(in crate::resolve) fn containers(world: &World<'_>, hosts: &mut [Host], servers: &[String]) {
    for server in servers {
        let host = host_mut(hosts, server);
        let Some(ingress) = &host.ingress else { continue };
        if let IngressRuntime::Container { name, image } = &ingress.runtime {
            let container = container(&world.site.name, host, ingress, name, image);
            host.containers.push(container);
        }
    }
}

fn container(site: &str, host: &Host, ingress: &Ingress, name: &str, image: &str) -> Container {
    let secure = ingress.servers.iter().any(|server| server.certificate.is_some());
    let ports = [Some(80), secure.then_some(443)];
    Container {
        name: name.to_owned(),
        service: name.to_owned(),
        origin: ingress.origin.clone(),
        image: image.to_owned(),
        image_variable: None,
        command: [
            "nginx",
            "-c",
            &format!("{}/nginx.conf", ingress.folder(site)),
            "-g",
            "daemon off;",
        ]
        .map(str::to_owned)
        .to_vec(),
        entrypoint: Vec::new(),
        environment: Vec::new(),
        environment_file: None,
        ports: ports
            .into_iter()
            .flatten()
            .flat_map(|port| published(host, port))
            .collect(),
        mounts: mounts(site, host, ingress),
        networks: vec![EDGE.to_owned()],
        host_network: false,
        healthcheck: Some(Healthcheck {
            command: [
                "curl",
                "-fsS",
                "-o",
                "/dev/null",
                "--unix-socket",
                "/run/nginx-health.sock",
                "http://localhost/",
            ]
            .map(str::to_owned)
            .to_vec(),
            interval: 10,
            timeout: 5,
            start_period: 20,
            retries: 3,
        }),
        // It starts without those that it leads to, and finds them as they come.
        depends_on: Vec::new(),
        user: None,
        read_only: true,
        tmpfs: vec!["/run:size=16m,mode=0755".into(), "/tmp:size=64m,mode=1777".into()],
        capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        memory: Some(512 << 20),
        cpus: None,
        pids: None,
        shm: None,
        stop_grace: 30,
        secrets: passwords(ingress),
        extra_hosts: Vec::new(),
        profile: None,
        settings: kernel(ingress),
    }
}

/// Settings of its own network, which is not the host's.
fn kernel(ingress: &Ingress) -> serde_json::Map<String, serde_json::Value> {
    if !ingress.leads_elsewhere() {
        return serde_json::Map::new();
    }
    let settings: BTreeMap<&str, String> = LOST_HOSTS
        .iter()
        .map(|(name, value)| (*name, value.to_string()))
        .collect();
    std::iter::once(("sysctls".to_owned(), serde_json::json!(settings))).collect()
}

/// A port of the host, at all of its addresses of the families that the world reaches it by.
fn published(host: &Host, port: u16) -> Vec<PortBinding> {
    let at = |address: &str| PortBinding {
        address: address.to_owned(),
        host: port,
        container: port,
        protocol: Protocol::Tcp,
    };
    let mut bindings = vec![at("0.0.0.0")];
    bindings.extend(host.public.iter().any(std::net::IpAddr::is_ipv6).then(|| at("::")));
    bindings
}

/// The same paths inside as outside, so that the configuration says what is on the host.
fn mounts(site: &str, host: &Host, ingress: &Ingress) -> Vec<Mount> {
    let mut read: Vec<String> = vec![ingress.folder(site), format!("/var/lib/{site}/maintenance")];
    if !host.certificates.is_empty() {
        read.push(format!("/etc/{site}/tls"));
    }
    if ingress.servers.iter().any(|server| server.http_challenge) {
        read.push(format!("/var/lib/{site}/acme-webroot"));
    }
    read.extend(ingress.error_pages.clone());
    read.extend(ingress.include.iter().map(|glob| folder_of(glob)));
    for location in ingress.servers.iter().flat_map(|server| &server.locations) {
        if let LocationAction::Files(files) = &location.action {
            // `current` leads to another folder after each release.
            let folder = files.root.split("/current").next().unwrap_or(&files.root);
            read.push(folder.to_owned());
        }
    }
    read.sort();
    read.dedup();
    let bind = |path: String, read_only| Mount::Bind {
        source: path.clone(),
        target: path,
        read_only,
    };
    let write = ["/var/cache/nginx", "/var/log/nginx"].map(str::to_owned);
    let read = read.into_iter().map(|path| bind(path, true));
    read.chain(write.into_iter().map(|path| bind(path, false))).collect()
}

/// The folder above the first part of a pattern that may stand for several.
fn folder_of(glob: &str) -> String {
    let fixed = glob.find(['*', '?', '[']).map_or(glob, |at| &glob[..at]);
    let end = fixed.rfind('/').filter(|end| *end > 0);
    end.map_or_else(|| "/".to_owned(), |end| fixed[..end].to_owned())
}

/// Where a file with names and passwords lies inside.
pub(super) fn password_file(secret: &str) -> String {
    format!("{SECRETS}{secret}")
}

const SECRETS: &str = "/run/secrets/";

fn passwords(ingress: &Ingress) -> Vec<(String, String)> {
    let locations = ingress.servers.iter().flat_map(|server| &server.locations);
    let mut secrets: Vec<String> = locations
        .filter_map(|location| Some(location.basic_auth.as_ref()?.strip_prefix(SECRETS)?.to_owned()))
        .collect();
    secrets.sort();
    secrets.dedup();
    secrets.into_iter().map(|secret| (secret.clone(), secret)).collect()
}

impl Build<'_, '_> {
    pub(super) fn is_container(&self) -> bool {
        matches!(self.ingress.runtime, IngressRuntime::Container { .. })
    }

    /// A process of this host that is in no container listens at the host's loopback, which is another one inside.
    pub(super) fn is_in_reach(&mut self, placed: &Placed, entry: Entry<'_>) -> bool {
        let here = placed.hosts.iter().any(|host| host == self.host);
        if !self.is_container() || !here || placed.runtime == Runtime::Container {
            return true;
        }
        self.found.push(
            Diagnostic::error(
                "not-in-reach",
                format!("the web server's container does not get to `{}`", placed.name),
            )
            .at(entry.origin, "this path leads to it")
            .at_key(&placed.origin, "it runs on the host itself")
            .why("It listens at the loopback of the host, and a container has one of its own.")
            .help(format!(
                "run `{}` in a container too, or set `ingress.runtime: native`",
                placed.name
            )),
        );
        false
    }

    /// A volume of an app's container is not the web server's.
    pub(super) fn has_files(&mut self, service: &str, origin: &Pointer) -> bool {
        let is_volume = self
            .world
            .placed(service)
            .is_some_and(|placed| placed.runtime == Runtime::Container);
        if !self.is_container() || !is_volume {
            return true;
        }
        self.found.push(
            Diagnostic::error(
                "not-in-reach",
                format!("the web server's container has no files of `{service}`"),
            )
            .at(origin, "this path is to serve them")
            .why("They lie in a volume of another container.")
            .help(format!("let `{service}` answer the path itself")),
        );
        false
    }

    /// A published port is the same for every name.
    pub(super) fn listens_everywhere(&mut self, listens: bool, origin: &Pointer) {
        if listens && self.is_container() {
            self.found.push(
                Diagnostic::error("not-in-reach", "the web server's container does not see the addresses of its host")
                    .at(origin.child("listen"), "this name is to answer at one of them alone")
                    .why("Whatever address a request came to, it goes on to the container's own: the name would answer at all.")
                    .help("keep others out by `allow`, or set `ingress.runtime: native`"),
            );
        }
    }
}
