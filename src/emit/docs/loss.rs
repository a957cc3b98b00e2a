//! When a host is gone for good.

use serde::Serialize;

use super::backups::{elsewhere, keys, room};
use super::machines::address;
use super::{listed, markdown};
use crate::render::escape::markdown_code as code;
use crate::site::{DestinationPlace, Host, SecretSource, Site};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    host: &'a str,
    os: &'static str,
    room: String,
    address: String,
    dns: bool,
    from: Option<&'a str>,
    /// Files that must be put back by hand before anything else.
    keys: String,
    provided: Option<String>,
    /// There are backups, and all of them are lost with the host.
    only_here: Option<String>,
    no_backup: bool,
    releases: Option<String>,
    /// Servers whose standbys take over.
    followed: Option<String>,
}

pub(super) fn section(site: &Site, host: &Host) -> String {
    let remote = elsewhere(host).next();
    let file = |name: &str| code(&format!("{}/secrets/{name}", site.etc()));
    let keys: Vec<&str> = remote.map(keys).unwrap_or_default();
    let provided: Vec<String> = site
        .secrets
        .iter()
        .filter(|secret| secret.hosts.contains(&host.name) && matches!(secret.source, SecretSource::Provided(_)))
        .filter(|secret| !keys.contains(&secret.name.as_str()))
        .map(|secret| code(&secret.name))
        .collect();
    let local: Vec<String> = host
        .backup
        .iter()
        .flat_map(|plan| &plan.destinations)
        .filter_map(|destination| match &destination.place {
            DestinationPlace::Path(path) => Some(code(path)),
            _ => None,
        })
        .collect();
    let releases: Vec<String> = site
        .services
        .iter()
        .filter(|service| super::handle::release_hosts(site, service).any(|other| other.name == host.name))
        .map(|service| code(&service.name))
        .collect();
    let followed: Vec<String> = site
        .services
        .iter()
        .filter(|service| {
            let primary = service.replication.as_ref().map(|replication| &replication.primary);
            primary == Some(&host.name)
        })
        .map(|service| code(&service.name))
        .collect();
    let view = View {
        site: &site.name,
        host: &host.name,
        os: host.os.as_str(),
        room: room(host),
        address: code(&address(host)),
        dns: host.dns.is_some(),
        from: remote.map(|destination| destination.name.as_str()),
        keys: listed(keys.iter().map(|name| file(name))),
        provided: (!provided.is_empty()).then(|| provided.join(", ")),
        only_here: (remote.is_none() && !local.is_empty()).then(|| local.join(", ")),
        no_backup: host.backup.is_none(),
        followed: (!followed.is_empty()).then(|| followed.join(", ")),
        releases: (!releases.is_empty()).then(|| releases.join(", ")),
    };
    markdown("docs/loss", include_str!("loss.md.hbs"), &view)
}
