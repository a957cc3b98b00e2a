//! How a running copy of a service is called in commands.

use crate::render::escape::shell;
use crate::site::{Check, Host, Instance, Service, Site};

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
        .map(|instance| (handle(service, instance, host), instance.port))
        .collect()
}

fn handle(service: &Service, instance: &Instance, host: &Host) -> Handle {
    match service.runtime {
        "container" => Handle::Container(instance.handle.clone()),
        // The distribution named the unit; the service's probe knows it.
        "native" => Handle::Unit(native_unit(service, host).unwrap_or_else(|| instance.handle.clone())),
        _ => Handle::Unit(instance.handle.clone()),
    }
}

fn native_unit(service: &Service, host: &Host) -> Option<String> {
    let name = format!("unit {}", service.name);
    host.probes.iter().find_map(|probe| match &probe.check {
        Check::Unit(unit) if probe.name == name => Some(unit.clone()),
        _ => None,
    })
}

/// Hosts that its releases are put on.
pub(super) fn release_hosts<'a>(site: &'a Site, service: &'a Service) -> impl Iterator<Item = &'a Host> {
    site.hosts.iter().filter(|host| {
        service
            .release_dir
            .as_ref()
            .is_some_and(|folder| host.directories.iter().any(|directory| directory.path == *folder))
    })
}

/// A command that ends once this copy answers, if there is a way to tell.
pub(super) fn wait(site: &Site, host: &Host, handle: &Handle) -> Option<String> {
    let name = match handle {
        Handle::Unit(unit) => unit
            .strip_prefix(&format!("{}-", site.name))?
            .strip_suffix(".service")?,
        Handle::Container(_) => return None,
    };
    let (url, header) = host.probes.iter().find_map(|probe| match &probe.check {
        Check::Http { url, host } if probe.name == name => Some((url, host)),
        _ => None,
    })?;
    let mut words = vec!["curl".to_owned(), "-fsS".into(), "-o".into(), "/dev/null".into()];
    if let Some((socket, path)) = url.strip_prefix("unix:").and_then(|rest| rest.split_once(':')) {
        words.extend([
            "--unix-socket".into(),
            shell(socket),
            shell(&format!("http://localhost{path}")),
        ]);
    } else {
        words.extend(
            header
                .iter()
                .flat_map(|header| ["-H".to_owned(), shell(&format!("Host: {header}"))]),
        );
        words.push(shell(url));
    }
    Some(format!("until {}; do sleep 1; done", words.join(" ")))
}
