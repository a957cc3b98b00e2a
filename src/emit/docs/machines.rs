//! Which hosts there are, what runs on them, who talks to whom, and where messages go.

use std::collections::BTreeSet;

use serde::Serialize;

use super::handle::{self, Handle};
use super::table::table;
use super::{Emission, HostBundle, Section, listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{ChannelTarget, Host, Release, Service, Site};

#[derive(Serialize)]
struct Head<'a> {
    host: &'a str,
    site: &'a str,
    environment: &'a str,
    machine: String,
    login: Option<String>,
}

pub(super) fn head(site: &Site, host: &Host) -> String {
    markdown(
        "docs/head",
        include_str!("head.md.hbs"),
        &Head {
            host: &host.name,
            site: &site.name,
            environment: &site.environment,
            machine: machine(host),
            login: login(site, host).map(|login| code(&login)),
        },
    )
}

fn machine(host: &Host) -> String {
    let mut parts = vec![host.os.as_str().to_owned()];
    parts.extend(addresses(host).map(|address| code(&address)));
    parts.push(format!("{} CPUs", host.cpus));
    parts.push(format!("{} of memory", size(host.memory)));
    parts.push(format!("{} of disk", size(host.disk)));
    parts.join(", ")
}

/// Public ones first; a host without a network of its own has one address in both roles.
fn addresses(host: &Host) -> impl Iterator<Item = String> {
    let private = host.private.map(|network| network.addr());
    let private = private.filter(|address| !host.public.contains(address));
    host.public
        .iter()
        .copied()
        .chain(private)
        .map(|address| address.to_string())
}

/// The address that people reach it at.
pub(super) fn address(host: &Host) -> String {
    addresses(host).next().unwrap_or_else(|| host.hostname.clone())
}

/// How an admin comes in.
pub(super) fn login(site: &Site, host: &Host) -> Option<String> {
    let admin = site.admins.iter().find(|admin| admin.sudo)?;
    let port = host.hardening.ssh.as_ref().map_or(22, |ssh| ssh.port);
    let port = if port == 22 {
        String::new()
    } else {
        format!("-p {port} ")
    };
    Some(format!("ssh {port}{}@{}", admin.name, address(host)))
}

/// Bytes as people say them.
pub(super) fn size(bytes: u64) -> String {
    for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] {
        if bytes >= 1 << shift {
            let tenths = (bytes * 10) >> shift;
            let part = if tenths.is_multiple_of(10) {
                String::new()
            } else {
                format!(".{}", tenths % 10)
            };
            return format!("{}{part} {unit}", tenths / 10);
        }
    }
    format!("{bytes} bytes")
}

#[derive(Serialize)]
struct ServicesHere {
    services: String,
    others: Option<String>,
}

pub(super) fn services_here(site: &Site, host: &Host, all: &Emission) -> String {
    let mut shown = BTreeSet::new();
    let mut rows = Vec::new();
    for service in &site.services {
        for (handle, port) in handle::on_host(service, host) {
            shown.insert(handle.name().to_owned());
            let [kind, way] = sort(service);
            rows.push([code(&service.name), kind, way, named(&handle), ported(port)]);
        }
        let is_here = handle::release_hosts(site, service).any(|other| other.name == host.name);
        if let (true, Some(Release { dir, .. })) = (is_here && service.instances.is_empty(), &service.release) {
            let [kind, _] = sort(service);
            let folder = code(&format!("{dir}/current"));
            rows.push([code(&service.name), kind, "files".into(), folder, "–".into()]);
        }
    }
    let others: BTreeSet<&str> = all
        .enabled
        .iter()
        .map(|unit| unit.name.as_str())
        .filter(|name| !shown.contains(*name))
        .collect();
    markdown(
        "docs/services-here",
        include_str!("services-here.md.hbs"),
        &ServicesHere {
            services: table(["Service", "Kind", "Runs as", "Name in commands", "Port"], &rows),
            others: (!others.is_empty()).then(|| listed(others.into_iter().map(code))),
        },
    )
}

fn sort(service: &Service) -> [String; 2] {
    [text(service.kind), text(service.runtime)]
}

fn named(handle: &Handle) -> String {
    match handle {
        Handle::Unit(unit) => code(unit),
        Handle::Container(name) => format!("{} (container)", code(name)),
    }
}

fn ported(port: Option<u16>) -> String {
    port.map_or_else(|| "–".into(), |port| port.to_string())
}

pub(super) fn services_everywhere(site: &Site) -> String {
    let mut rows = Vec::new();
    for service in &site.services {
        let [kind, way] = sort(service);
        let start = rows.len();
        for host in &site.hosts {
            for (handle, port) in handle::on_host(service, host) {
                let host = text(&host.name);
                rows.push([
                    code(&service.name),
                    kind.clone(),
                    way.clone(),
                    host,
                    named(&handle),
                    ported(port),
                ]);
            }
        }
        if rows.len() == start {
            let hosts = listed(handle::release_hosts(site, service).map(|host| text(&host.name)));
            let what = match &service.release {
                Some(Release { dir, .. }) => code(&format!("{dir}/current")),
                None => "run by others".into(),
            };
            let way = if service.release.is_some() {
                "files".to_owned()
            } else {
                way
            };
            rows.push([code(&service.name), kind, way, hosts, what, "–".into()]);
        }
    }
    let rows = table(
        ["Service", "Kind", "Runs as", "Host", "Name in commands", "Port"],
        &rows,
    );
    format!("## What runs where\n\n{rows}")
}

pub(super) fn links(site: &Site) -> Section {
    let mut rows: Vec<_> = site
        .links
        .iter()
        .map(|link| [code(&link.from), code(&link.to), text(link.protocol)])
        .collect();
    rows.sort();
    rows.dedup();
    let rows = table(["Service", "Uses", "Speaking"], &rows);
    (!rows.is_empty()).then(|| format!("## Who talks to whom\n\n{rows}"))
}

#[derive(Serialize)]
struct Overview<'a> {
    site: &'a str,
    environment: &'a str,
    hosts: String,
    admins: Option<String>,
    contact: String,
}

pub(super) fn overview(site: &Site, bundles: &[HostBundle]) -> String {
    let rows: Vec<_> = site
        .hosts
        .iter()
        .map(|host| {
            let files = bundles
                .iter()
                .find(|bundle| bundle.host == host.name)
                .map_or(0, |bundle| bundle.artifacts.len());
            [
                format!("[{0}]({0}/README.md)", host.name),
                listed(addresses(host).map(|address| code(&address))),
                host.os.as_str().to_owned(),
                format!("{} CPUs, {}, disk {}", host.cpus, size(host.memory), size(host.disk)),
                files.to_string(),
            ]
        })
        .collect();
    let admins = site.admins.iter().map(|admin| {
        let rights = if admin.sudo { " (becomes root)" } else { "" };
        format!("{}{rights}", code(&admin.name))
    });
    markdown(
        "docs/overview",
        include_str!("overview.md.hbs"),
        &Overview {
            site: &site.name,
            environment: &site.environment,
            hosts: table(["Host", "Addresses", "System", "Size", "Files"], &rows),
            admins: (!site.admins.is_empty()).then(|| listed(admins)),
            contact: code(&site.contact),
        },
    )
}

/// What a channel hears of, in words.
fn what_is_told(site: &Site, channel: &str) -> Vec<String> {
    let named = |names: &[String]| names.iter().any(|name| name == channel);
    let mut told = Vec::new();
    for host in &site.hosts {
        if host.watch.as_ref().is_some_and(|watch| named(&watch.notify)) {
            told.push(format!("the health of {}", host.name));
        }
        if host.backup.as_ref().is_some_and(|plan| named(&plan.notify)) {
            told.push(format!("backups of {}", host.name));
        }
        let jobs = host.jobs.iter().filter(|job| named(&job.notify));
        told.extend(jobs.map(|job| format!("the job {} on {}", job.name, host.name)));
    }
    told
}

pub(super) fn channels(site: &Site) -> Section {
    let rows: Vec<_> = site
        .channels
        .iter()
        .map(|channel| {
            let way = match &channel.target {
                ChannelTarget::Slack { .. } => "a Slack webhook".to_owned(),
                ChannelTarget::Webhook { .. } => "a webhook that takes JSON".to_owned(),
                ChannelTarget::Email { to, .. } => format!("mail to {}", listed(to.iter().map(|to| code(to)))),
            };
            let told = listed(what_is_told(site, &channel.name).into_iter().map(|what| text(&what)));
            let secrets = listed(channel.secrets().iter().map(|name| code(name)));
            [code(&channel.name), way, secrets, told]
        })
        .collect();
    let rows = table(["Channel", "Goes by", "Secret", "Hears of"], &rows);
    let contact = code(&site.contact);
    (!rows.is_empty()).then(|| {
        format!("## Messages\n\n{rows}\nEach change is told once. `{}-notify --test` on a host sends a message to each of its channels; what one does not take waits there for a day. cron mails what a scheduled job said when it failed to {contact}, if the host can send mail.\n", site.name)
    })
}
