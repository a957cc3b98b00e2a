//! What the servers that we run have in common: sizes, who reaches them, raw settings, their units' limits.

use std::collections::BTreeMap;

use super::{Client, DATA, EDGE, Lowering, Placed, PortWish, ProcessWish, Runtime};
use crate::diag::Diagnostic;
use crate::manifest::services::{Limits, ServerRuntime};
use crate::manifest::values::{Port, Setting as Raw, SettingName};
use crate::site::{Action, ConfigFile, Configuration, Directory, Host, Pointer, PortBinding, Protocol, Setting, order};

/// Memory of a server where neither the manifest nor the host says how much there is.
const MEMORY: u64 = 1 << 30;

pub(super) fn runtime(runtime: ServerRuntime, is_external: bool) -> Runtime {
    match runtime {
        _ if is_external => Runtime::None,
        ServerRuntime::Native => Runtime::Native,
        ServerRuntime::Container => Runtime::Container,
    }
}

/// CPUs that each instance may use at most, 0.5 is half of one.
pub(super) fn cpus(limits: Limits) -> Option<f64> {
    limits.cpus.map(|cpus| f64::from(cpus.thousandths()) / 1000.0)
}

/// What of it runs here: one process, or nothing where somebody else runs it. `standard` is its program's own port.
pub(super) fn processes(port: Option<Port>, standard: u16, limits: Limits, is_external: bool) -> Vec<ProcessWish> {
    if is_external {
        return Vec::new();
    }
    let own = port.map(|port| port.get());
    let port = PortWish {
        listen: own.unwrap_or(standard),
        host: own,
    };
    vec![ProcessWish {
        port: Some(port),
        memory: limits.memory.map(|memory| memory.get()),
        cpus: cpus(limits),
        ..ProcessWish::default()
    }]
}

/// What one server may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Bytes: the limit, or else `share` of the host.
    pub(super) memory: u64,
    pub(super) cpus: f64,
    pub(super) pids: Option<u32>,
}

impl Budget {
    pub(super) fn new(limits: Limits, host: &Host, share: u64) -> Self {
        let of_host = if host.memory == 0 { MEMORY } else { host.memory / share };
        Self {
            memory: limits.memory.map_or(of_host, |memory| memory.get()),
            cpus: cpus(limits).unwrap_or_else(|| f64::from(host.cpus.max(1))),
            pids: limits.pids,
        }
    }

    /// A server within it that is told these settings.
    pub(super) fn configuration(self, settings: Vec<Setting>) -> Configuration {
        Configuration {
            memory: self.memory,
            pids: self.pids,
            settings,
        }
    }

    /// Whole processors, at least one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of processors is small and positive"
    )]
    pub(super) fn whole_cpus(self) -> u32 {
        self.cpus.ceil().max(1.0) as u32
    }
}

/// How the clients of a server on `host` come to it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reached {
    /// By processes of the host itself.
    pub(super) locally: bool,
    /// By containers of the host, over a compose network.
    pub(super) by_network: bool,
    /// By containers of the host, over the gateway of their network.
    pub(super) by_gateway: bool,
    pub(super) remotely: bool,
}

impl Reached {
    pub(super) fn new(clients: &[Client], host: &str) -> Self {
        let mut reached = Self::default();
        for client in clients {
            if client.host != host {
                reached.remotely = true;
            } else if client.network.is_some() {
                reached.by_network = true;
            } else if client.from.iter().any(|net| !net.addr().is_loopback()) {
                reached.by_gateway = true;
            } else {
                reached.locally = true;
            }
        }
        reached
    }

    /// Where a container publishes its port.
    pub(super) fn bindings(self, host: &Host, published: u16, port: u16) -> Vec<PortBinding> {
        let private = host.private.map(|net| net.addr().to_string()).filter(|_| self.remotely);
        let local = (self.locally || self.by_gateway).then(|| "127.0.0.1".to_owned());
        local
            .into_iter()
            .chain(private)
            .map(|address| PortBinding {
                address,
                host: published,
                container: port,
                protocol: Protocol::Tcp,
            })
            .collect()
    }

    /// The compose networks of a container: nothing is published from an internal one.
    pub(super) fn networks(self) -> Vec<String> {
        let mut networks = vec![DATA.to_owned()];
        if self.locally || self.by_gateway || self.remotely {
            networks.push(EDGE.to_owned());
        }
        networks
    }
}

/// The addresses beside loopback that a server of the host listens on: the gateways of container networks, and where other
/// hosts reach it.
pub(super) fn addresses(clients: &[Client], host: &Host) -> Vec<String> {
    let here = clients.iter().filter(|client| client.host == host.name);
    let gateways = here
        .flat_map(|client| &client.from)
        .filter(|net| !net.addr().is_loopback());
    let mut addresses: Vec<String> = gateways
        .filter_map(|net| net.hosts().next())
        .map(|address| address.to_string())
        .collect();
    if clients.iter().any(|client| client.host != host.name) {
        addresses.extend(host.private.map(|net| net.addr().to_string()));
    }
    addresses.sort();
    addresses.dedup();
    addresses
}

/// Host and port of a URL, with brackets around an IPv6 address.
pub(super) fn authority(address: &str, port: u16) -> String {
    if address.contains(':') {
        format!("[{address}]:{port}")
    } else {
        format!("{address}:{port}")
    }
}

/// Raw settings may set everything but what follows from the rest of the manifest.
pub(super) fn refuse_derived(
    settings: &BTreeMap<SettingName, Raw>,
    derived: &[(&str, &str)],
    lowering: &mut Lowering<'_>,
) {
    for (name, instead) in derived {
        if settings.keys().any(|key| key.as_str().eq_ignore_ascii_case(name)) {
            let origin = lowering.service.origin.child("settings").child(name);
            lowering.found.push(
                Diagnostic::error("derived-setting", format!("`{name}` follows from the rest of the manifest"))
                    .at_key(&origin, "it is set a second time here")
                    .why("Clients, firewall and files are made to fit together; a value that only the server knows takes them apart.")
                    .help(format!("remove it; {instead}")),
            );
        }
    }
}

/// Several copies that do not replicate; `help` says how they would.
pub(super) fn refuse_several_hosts(lowering: &mut Lowering<'_>, help: &str) {
    if lowering.service.hosts.len() > 1 {
        let origin = lowering.service.origin.child("on");
        lowering.found.push(
            Diagnostic::error(
                "not-replicated",
                format!(
                    "`{}` is placed on {} hosts",
                    lowering.service.name,
                    lowering.service.hosts.len()
                ),
            )
            .at(&origin, "each would hold data of its own")
            .why("The copies would know nothing of each other.")
            .help(help),
        );
    }
}

pub(super) fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// A folder that only root enters: what containers read there may be readable for everybody, as their users are not ours.
pub(super) fn closed_folder(path: String, origin: &Pointer) -> Directory {
    Directory {
        path,
        origin: origin.clone(),
        owner: "root".into(),
        group: "root".into(),
        mode: 0o700,
    }
}

/// A file of root's; the rest is set where it differs.
pub(super) fn file(
    set: &'static str,
    path: String,
    mode: u16,
    content: String,
    origin: &Pointer,
    actions: &[&str],
) -> ConfigFile {
    ConfigFile {
        path,
        origins: vec![origin.clone()],
        owner: "root".into(),
        group: "root".into(),
        mode,
        content,
        lines: Vec::new(),
        set,
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        verbatim: false,
    }
}

/// `docker compose` for the site's project.
pub(super) fn compose(site: &str) -> String {
    format!("docker compose --project-name {site} --file /etc/{site}/compose/compose.yaml")
}

/// A kernel setting, applied as at boot.
fn kernel(set: &'static str, name: &str, text: &str, origin: &Pointer, host: &mut Host) {
    let path = format!("/etc/sysctl.d/60-{name}.conf");
    if host.files.iter().all(|file| file.path != path) {
        host.files
            .push(file(set, path, 0o644, text.to_owned(), origin, &["sysctl"]));
    }
    let action = Action {
        name: "sysctl".into(),
        order: order::SYSTEM,
        check: None,
        run: Some("systemctl restart systemd-sysctl.service".into()),
        effect: "sets kernel parameters".into(),
    };
    push_new(&mut host.actions, action);
}

/// Redis asks for it: a snapshot forks, which else fails once half of the memory is used.
pub(super) fn overcommit(site: &str, origin: &Pointer, host: &mut Host) {
    let text = "# A snapshot of Redis forks: without this it fails once half of the memory is used.\nvm.overcommit_memory = 1\n";
    kernel("redis", &format!("{site}-overcommit"), text, origin, host);
}

/// The gateways of container networks are there later than a server that listens on them.
pub(super) fn nonlocal_bind(set: &'static str, site: &str, origin: &Pointer, host: &mut Host) {
    let text = "# Servers listen on the gateways of container networks, which are there later than they are.\nnet.ipv4.ip_nonlocal_bind = 1\n";
    kernel(set, &format!("{site}-nonlocal"), text, origin, host);
}

pub(super) fn listens_on_gateway(clients: &[Client], host: &str) -> bool {
    Reached::new(clients, host).by_gateway
}

/// Limits as settings of a unit of the distribution.
pub(super) fn limits(budget: Budget, tasks: u32) -> String {
    let cpu = (budget.cpus * 100.0).round();
    format!(
        "# Made by Sitewright from the site's manifest: change that, not this file.\n[Service]\nMemoryMax={}\nCPUQuota={cpu}%\nTasksMax={}\n",
        budget.memory,
        budget.pids.unwrap_or(tasks)
    )
}

/// Units that a client which systemd runs starts after.
pub(super) fn after(service: &Placed, client: &Client, unit: &str) -> Vec<String> {
    let unit = match service.runtime {
        Runtime::Native => unit,
        Runtime::Container => "docker.service",
        Runtime::Systemd | Runtime::None => return Vec::new(),
    };
    let together = client.network.is_none() && service.hosts.first() == Some(&client.host);
    if together { vec![unit.to_owned()] } else { Vec::new() }
}
