//! How the bundle reaches the hosts by itself, and what is to be set up for it once.

use serde::Serialize;

use super::machines::address;
use super::{Section, markdown};
use crate::render::escape;
use crate::site::{Forge, Host, Site};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    environment: &'a str,
    user: &'a str,
    branch: String,
    several: bool,
    /// A service with releases, for an example.
    release: Option<&'a str>,
    /// Lines that fetch each host's public key over a connection that is trusted already.
    keys: Vec<String>,
    forge: Option<Workflows<'a>>,
}

#[derive(Serialize)]
struct Workflows<'a> {
    folder: &'a str,
    /// The bundle's, from the repository's root.
    source: String,
    github: bool,
    approve: bool,
    /// Names of the two secrets.
    key: String,
    known: String,
}

pub(super) fn section(site: &Site) -> Section {
    let delivery = site.delivery.as_ref()?;
    let forge = delivery.forge.map(|forge| {
        let github = forge == Forge::Github;
        let folder = if github { ".github" } else { ".gitea" };
        let source = match delivery.manifest.rsplit_once('/') {
            Some((parent, _)) => format!("{parent}/out/{folder}"),
            None => format!("out/{folder}"),
        };
        let prefix = match forge {
            Forge::Github => String::new(),
            Forge::Gitea => site.environment.to_uppercase().replace('-', "_") + "_",
        };
        Workflows {
            source: escape::shell(&source),
            folder,
            github,
            approve: delivery.approve,
            key: format!("{prefix}SSH_KEY"),
            known: format!("{prefix}SSH_KNOWN_HOSTS"),
        }
    });
    let view = View {
        site: &site.name,
        environment: &site.environment,
        user: &delivery.user,
        branch: escape::markdown_code(&delivery.branch),
        several: site.hosts.len() > 1,
        release: site
            .services
            .iter()
            .find(|service| service.release.is_some())
            .map(|service| service.name.as_str()),
        keys: site.hosts.iter().map(|host| known_host(host, &delivery.user)).collect(),
        forge,
    };
    Some(markdown("docs/delivery", include_str!("delivery.md.hbs"), &view))
}

/// A line of `known_hosts`, asked of the host itself.
fn known_host(host: &Host, user: &str) -> String {
    let address = address(host);
    let (port, name) = match host.hardening.ssh.as_ref().map_or(22, |ssh| ssh.port) {
        22 => (String::new(), address.clone()),
        port => (format!("-p {port} "), format!("[{address}]:{port}")),
    };
    format!("ssh {port}{user}@{address} cat /etc/ssh/ssh_host_ed25519_key.pub | sed 's/^/{name} /' >>known_hosts")
}
