//! How a bundle comes to a host, the first time and every time after.

use std::collections::BTreeSet;

use serde::Serialize;

use super::machines::{address, login};
use super::{Emission, listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Host, Secret, SecretSource, Site};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    environment: &'a str,
    host: &'a str,
    address: String,
    login: String,
    os: &'static str,
    /// Commands that put each provided secret in place.
    provided: Vec<String>,
    generated: Option<String>,
    packages: String,
    programs: Vec<String>,
    units: String,
    files: usize,
    /// Units that wait for a first release.
    waiting: Option<String>,
    certificates: bool,
    only_keys: Option<String>,
    ssh_port: Option<u16>,
    backup_passwords: Option<String>,
    sets: String,
}

pub(super) fn section(site: &Site, host: &Host, all: &Emission) -> String {
    let packages: BTreeSet<&str> = all.packages.iter().map(|package| package.name.as_str()).collect();
    let units: BTreeSet<&str> = all.enabled.iter().map(|unit| unit.name.as_str()).collect();
    let sets: BTreeSet<&str> = all.artifacts.iter().map(|artifact| artifact.set).collect();
    let needed = || site.secrets.iter().filter(|secret| secret.hosts.contains(&host.name));
    let generated: Vec<String> = needed()
        .filter(|secret| matches!(secret.source_on(&host.name), SecretSource::Generated(_)))
        .map(|secret| code(&secret.name))
        .collect();
    let waiting: Vec<String> = host
        .units
        .iter()
        .filter(|unit| unit.needs_path.is_some())
        .map(|unit| code(&unit.name))
        .collect();
    let passwords: Vec<String> = repository_passwords(host)
        .map(|name| code(&format!("{}/secrets/{name}", site.etc())))
        .collect();
    let ssh = host.hardening.ssh.as_ref();
    let admins = || site.admins.iter().map(|admin| text(&admin.name));
    let view = View {
        site: &site.name,
        environment: &site.environment,
        host: &host.name,
        address: address(host),
        login: login(site, host).unwrap_or_else(|| format!("ssh root@{}", address(host))),
        os: host.os.as_str(),
        provided: needed().filter_map(|secret| put(site, secret, host)).collect(),
        generated: (!generated.is_empty()).then(|| generated.join(", ")),
        packages: listed(packages.into_iter().map(code)),
        programs: all
            .programs
            .iter()
            .map(|program| format!("{} {} from {}", program.name, program.version, code(&program.url)))
            .collect(),
        units: listed(units.into_iter().map(code)),
        files: all.artifacts.len(),
        waiting: (!waiting.is_empty()).then(|| waiting.join(", ")),
        certificates: !host.certificates.is_empty(),
        only_keys: ssh.map(|_| listed(admins())),
        ssh_port: ssh.map(|ssh| ssh.port).filter(|&port| port != 22),
        backup_passwords: (!passwords.is_empty()).then(|| passwords.join(", ")),
        sets: listed(sets.into_iter().map(code)),
    };
    markdown("docs/install", include_str!("install.md.hbs"), &view)
}

/// Secrets that open the backups' repositories.
pub(super) fn repository_passwords(host: &Host) -> impl Iterator<Item = &str> {
    host.backup
        .iter()
        .flat_map(|plan| &plan.destinations)
        .map(|destination| destination.password.as_str())
}

/// The command that puts a provided secret in place.
pub(super) fn put(site: &Site, secret: &Secret, host: &Host) -> Option<String> {
    let SecretSource::Provided(hint) = secret.source_on(&host.name) else {
        return None;
    };
    let hint: String = hint.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Some(format!(
        "install -m 0600 /dev/stdin {}/secrets/{}   # {hint}",
        site.etc(),
        secret.name
    ))
}

#[derive(Serialize)]
struct Changing<'a> {
    environment: &'a str,
    hosts: String,
}

/// The way of a change, from the manifest to the hosts.
pub(super) fn changing(site: &Site) -> String {
    let hosts = site
        .hosts
        .iter()
        .map(|host| format!("[{0}]({0}/README.md#installing)", host.name));
    markdown(
        "docs/changing",
        include_str!("changing.md.hbs"),
        &Changing {
            environment: &site.environment,
            hosts: listed(hosts),
        },
    )
}
