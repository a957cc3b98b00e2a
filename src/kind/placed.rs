//! Services on their hosts.

use crate::site::Pointer;

/// Network of containers that only containers talk to.
pub(crate) const DATA: &str = "data";
/// Network of containers that publish a port or go out.
pub(crate) const EDGE: &str = "edge";

/// What runs a service's processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Runtime {
    /// The distribution's package and unit.
    Native,
    /// A unit of ours.
    Systemd,
    /// The compose project.
    Container,
    /// Nothing runs: files for the web server, or a service somewhere else.
    None,
}

impl Runtime {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Systemd => "systemd",
            Self::Container => "container",
            Self::None => "-",
        }
    }
}

/// A service that has been placed on hosts.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) name: String,
    /// `/services/<name>`
    pub(crate) origin: Pointer,
    pub(crate) runtime: Runtime,
    /// Host names in the manifest's order; the first is the primary.
    pub(crate) hosts: Vec<String>,
    pub(crate) processes: Vec<PlacedProcess>,
}

/// One process of a service.
#[derive(Debug, Clone)]
pub(crate) struct PlacedProcess {
    /// Empty for a service without `processes`.
    pub(crate) name: String,
    /// Name among all processes of the site: `api`, `shop-web`.
    pub(crate) label: String,
    pub(crate) origin: Pointer,
    pub(crate) instances: Vec<PlacedInstance>,
}

/// One running copy.
#[derive(Debug, Clone)]
pub(crate) struct PlacedInstance {
    pub(crate) host: String,
    /// From 1 on its host.
    pub(crate) ordinal: u32,
    /// How many of the process run on its host.
    pub(crate) here: u32,
    pub(crate) port: Option<InstancePort>,
}

/// Port inside (of a container) and port on the host; equal outside of containers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InstancePort {
    pub(crate) listen: u16,
    pub(crate) host: u16,
}

impl Placed {
    /// How many processes of it run on a host.
    pub(crate) fn instances_on(&self, host: &str) -> u32 {
        let on = self
            .processes
            .iter()
            .flat_map(|process| &process.instances)
            .filter(|instance| instance.host == host);
        u32::try_from(on.count()).unwrap_or(u32::MAX)
    }

    /// Where migrations run: once, on the first host that has an instance.
    pub(crate) fn migration_host(&self) -> Option<&str> {
        let mut hosts = self.hosts.iter();
        hosts.find(|host| self.instances_on(host) > 0).map(String::as_str)
    }

    /// Name of what runs the migrations: a unit without suffix, or a compose service.
    pub(crate) fn migration(&self, site: &str) -> String {
        match self.runtime {
            Runtime::Container => format!("{}-migrate", self.name),
            Runtime::Native | Runtime::Systemd | Runtime::None => format!("{site}-{}-migrate", self.name),
        }
    }

    /// The compose service of an instance: `cache`, or `api-2` where there are several.
    pub(crate) fn container_name(&self, process: &PlacedProcess, instance: &PlacedInstance) -> String {
        if instance.here > 1 {
            format!("{}-{}", process.label, instance.ordinal)
        } else {
            process.label.clone()
        }
    }

    /// Name in commands: a unit or a compose service.
    pub(crate) fn handle(&self, site: &str, process: &PlacedProcess, instance: &PlacedInstance) -> String {
        match self.runtime {
            Runtime::Systemd => format!("{site}-{}@{}.service", process.label, instance_name(instance)),
            Runtime::Container => self.container_name(process, instance),
            Runtime::Native | Runtime::None => self.name.clone(),
        }
    }
}

/// The instance name of a template unit: its port, or its ordinal where it has none.
pub(crate) fn instance_name(instance: &PlacedInstance) -> String {
    instance
        .port
        .map_or_else(|| instance.ordinal.to_string(), |port| port.host.to_string())
}

/// Name of a process among all of the site.
pub(crate) fn label(service: &str, process: &str) -> String {
    if process.is_empty() {
        service.to_owned()
    } else {
        format!("{service}-{process}")
    }
}
