//! The commands of each step, and what each host stands for.

use serde::Serialize;

use super::super::backups::{elsewhere, kept, keys, room, tried};
use super::super::install::put;
use super::super::machines::{address, login};
use super::super::{handle, listed};
use crate::render::escape::{markdown_code as code, shell};
use crate::site::{BackupWhat, Destination, Host, SecretSource, Site};

#[derive(Serialize)]
pub(super) struct View<'a> {
    site: &'a str,
    scenarios: String,
    parts: String,
    /// There are backups.
    saved: bool,
    /// There is something to lose.
    keeps_data: bool,
    /// None of them is off the hosts.
    only_here: bool,
    /// When a restore is tried.
    drill: Option<String>,
    kept: String,
    hosts: Vec<HostView<'a>>,
    /// Hosts that visitors come in at.
    doors: Option<String>,
    caches: bool,
    rollbacks: Vec<String>,
    replicated: bool,
    /// The hosts' own name servers serve zones.
    zones: bool,
    /// A provider serves them.
    hosted: bool,
    /// There is a section about them.
    secrets: bool,
    provided: Vec<String>,
    shared: Option<String>,
    several: bool,
    /// Who may log in to deploy.
    deploys: Option<&'a str>,
}

#[derive(Serialize)]
struct HostView<'a> {
    name: &'a str,
    login: String,
    os: &'static str,
    room: String,
    /// What is gone with it.
    runs: Option<String>,
    doors: Option<String>,
    from: Option<&'a str>,
    keys: String,
    /// What a restore is asked for: all but secrets and roles.
    sources: Vec<String>,
}

/// What becomes of a host's data when the host is gone.
pub(super) struct Fates<'a> {
    /// Services of which a standby goes on, and the seconds that it may be behind.
    pub(super) followed: Vec<(&'a str, u64)>,
    /// Something comes back from a backup.
    pub(super) saved: bool,
    /// … that is not on the host itself.
    pub(super) away: bool,
    pub(super) unsaved: Vec<&'a str>,
}

impl<'a> Fates<'a> {
    pub(super) fn of(site: &'a Site, host: &Host) -> Self {
        let mut fates = Self {
            followed: Vec::new(),
            saved: false,
            away: elsewhere(host).next().is_some(),
            unsaved: Vec::new(),
        };
        let sources = || host.backup.iter().flat_map(|plan| &plan.sources);
        for service in &site.services {
            let is_here = service.instances.iter().any(|instance| instance.host == host.name);
            match &service.replication {
                Some(replication) if replication.primary == host.name => {
                    fates.followed.push((&service.name, replication.max_lag));
                }
                // The primary has all that a standby has.
                Some(_) => {}
                None if sources().any(|source| source.service == service.name) => fates.saved = true,
                None if service.stateful && is_here => fates.unsaved.push(&service.name),
                None => {}
            }
        }
        // Secrets too, where nothing else is left.
        fates.saved |= host.backup.is_some();
        fates
    }
}

/// Something would be lost with the hosts.
pub(super) fn keeps_data(site: &Site) -> bool {
    let mut hosts = site.hosts.iter();
    hosts.any(|host| host.backup.is_some()) || site.services.iter().any(|service| service.stateful)
}

/// Every destination is on a host of the site.
pub(super) fn only_here(site: &Site) -> bool {
    site.hosts
        .iter()
        .filter(|host| host.backup.is_some())
        .all(|host| elsewhere(host).next().is_none())
}

impl<'a> View<'a> {
    pub(super) fn new(site: &'a Site, scenarios: String, parts: String) -> Self {
        let mut order: Vec<&Host> = site.hosts.iter().collect();
        order.sort_by_key(|host| rank(site, host));
        let plans = || site.hosts.iter().filter_map(|host| host.backup.as_ref());
        let kept = plans().next().map_or_else(String::new, |plan| {
            let of =
                |destination: &Destination| format!("{} {}", code(&destination.name), kept(plan.keep_of(destination)));
            listed(plan.destinations.iter().map(of))
        });
        let rollbacks = site
            .services
            .iter()
            .filter(|service| service.release.is_some() || handle::is_tagged(site, &service.name))
            .map(|service| format!("{}-deploy {} --rollback", site.name, shell(&service.name)));
        let provided = site
            .secrets
            .iter()
            .filter_map(|secret| match &secret.source {
                SecretSource::Provided(_) => put(site, secret, site.host(secret.hosts.first()?)?),
                SecretSource::Generated(_) | SecretSource::Previous(_) => None,
            })
            .collect();
        let shared: Vec<String> = site
            .secrets
            .iter()
            .filter(|secret| !secret.is_previous() && secret.hosts.len() > 1 && secret.users != ["backups"])
            .map(|secret| code(&secret.name))
            .collect();
        let ingresses = || {
            site.hosts
                .iter()
                .filter_map(|host| Some((host, host.ingress.as_ref()?)))
        };
        let doors: Vec<String> = ingresses().map(|(host, _)| code(&host.name)).collect();
        Self {
            site: &site.name,
            scenarios,
            parts,
            saved: plans().next().is_some(),
            keeps_data: keeps_data(site),
            only_here: only_here(site),
            drill: tried(site).map(code),
            kept,
            hosts: order.into_iter().map(|host| of_host(site, host)).collect(),
            doors: (!doors.is_empty()).then(|| doors.join(", ")),
            caches: ingresses().any(|(_, ingress)| !ingress.caches.is_empty()),
            rollbacks: rollbacks.collect(),
            replicated: site.services.iter().any(|service| service.replication.is_some()),
            zones: site.hosts.iter().any(|host| host.dns.is_some()),
            hosted: site.hosted.is_some(),
            secrets: !site.secrets.is_empty(),
            provided,
            shared: (!shared.is_empty()).then(|| shared.join(", ")),
            several: site.hosts.len() > 1,
            deploys: site.delivery.as_ref().map(|delivery| delivery.user.as_str()),
        }
    }
}

/// What others need comes first: name servers and data, then programs, then doors.
fn rank(site: &Site, host: &Host) -> u8 {
    let has_data = site.services.iter().any(|service| {
        let mut instances = service.instances.iter();
        service.stateful && instances.any(|instance| instance.host == host.name)
    });
    match (has_data, &host.ingress) {
        _ if host.dns.is_some() => 0,
        (true, _) => 1,
        (false, None) => 2,
        (false, Some(_)) => 3,
    }
}

fn of_host<'a>(site: &'a Site, host: &'a Host) -> HostView<'a> {
    let remote = elsewhere(host).next();
    let runs = site
        .services
        .iter()
        .filter(|service| !handle::on_host(service, host).is_empty())
        .map(|service| code(&service.name))
        .collect::<Vec<_>>();
    let names: Vec<String> = host
        .ingress
        .iter()
        .flat_map(|ingress| &ingress.servers)
        .flat_map(|server| server.names.iter().chain(&server.redirects))
        .map(|name| code(name))
        .collect();
    let sources = host.backup.iter().flat_map(|plan| &plan.sources).filter(|source| {
        // The host's own secrets and the passwords of roles are made by an installation.
        !source.service.is_empty() && !matches!(source.what, BackupWhat::PostgresGlobals { .. })
    });
    let file = |name: &str| code(&format!("{}/secrets/{name}", site.etc()));
    HostView {
        name: &host.name,
        login: code(&login(site, host).unwrap_or_else(|| format!("ssh root@{}", address(host)))),
        os: host.os.as_str(),
        room: room(host),
        runs: (!runs.is_empty()).then(|| runs.join(", ")),
        doors: (!names.is_empty()).then(|| names.join(", ")),
        from: remote.map(|destination| destination.name.as_str()),
        keys: listed(remote.map(keys).unwrap_or_default().into_iter().map(file)),
        sources: sources.map(|source| shell(&source.name)).collect(),
    }
}
