//! How a running copy of a service is called in commands.

use crate::site::{Host, Instance, Service, Site};

/// The compose command of a site's hosts.
pub(super) fn compose(site: &Site) -> String {
    format!("docker compose -f {}/compose/compose.yaml", site.etc())
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Handle {
    Unit(String),
    Container(String),
}

impl Handle {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Unit(name) | Self::Container(name) => name,
        }
    }
}

/// What runs of a service on a host, with its port.
pub(super) fn on_host(service: &Service, host: &Host) -> Vec<(Handle, Option<u16>)> {
    service
        .instances
        .iter()
        .filter(|instance| instance.host == host.name)
        .map(|instance| (handle(service, instance), instance.port))
        .collect()
}

fn handle(service: &Service, instance: &Instance) -> Handle {
    match service.runtime {
        "container" => Handle::Container(instance.handle.clone()),
        _ => Handle::Unit(instance.handle.clone()),
    }
}

/// Hosts that its releases are put on.
pub(super) fn release_hosts<'a>(site: &'a Site, service: &'a Service) -> impl Iterator<Item = &'a Host> {
    site.hosts.iter().filter(|host| {
        service
            .release
            .as_ref()
            .is_some_and(|release| host.directories.iter().any(|directory| directory.path == release.dir))
    })
}

/// It is deployed as a tag of its image.
pub(super) fn is_tagged(site: &Site, service: &str) -> bool {
    let mut containers = site.hosts.iter().flat_map(|host| &host.containers);
    containers.any(|container| container.service == service && container.image_variable.is_some())
}
