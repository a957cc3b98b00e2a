//! What is looked at when something is wrong, in the order of how likely it helps; and what is done by the calendar, so
//! that less goes wrong.

use serde::Serialize;

use super::backups::tried;
use super::machines::{address, login};
use super::table::table;
use super::{handle, listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code, shell};
use crate::site::{BackupWhat, Host, Site};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    environment: &'a str,
    delivery: bool,
    hosts: Vec<HostView<'a>>,
    /// One line for each name that visitors ask for.
    asks: Vec<String>,
    releases: Vec<String>,
    databases: Vec<String>,
    caches: bool,
    containers: bool,
    doors: Option<String>,
    proxies: bool,
    saved: bool,
    calendar: String,
}

#[derive(Serialize)]
struct HostView<'a> {
    name: &'a str,
    login: String,
}

pub(super) fn section(site: &Site) -> String {
    let ingresses = || {
        site.hosts
            .iter()
            .filter_map(|host| Some((host, host.ingress.as_ref()?)))
    };
    let servers = ingresses().flat_map(|(_, ingress)| &ingress.servers);
    let asks = servers.filter_map(|server| {
        let name = server.names.iter().find(|name| !name.starts_with('*'))?;
        let scheme = if server.certificate.is_some() { "https" } else { "http" };
        Some(format!(
            "curl -sS -o /dev/null -w '%{{http_code}} %{{time_total}} s\\n' {}",
            shell(&format!("{scheme}://{name}/"))
        ))
    });
    let doors: Vec<String> = ingresses().map(|(host, _)| code(&host.name)).collect();
    let releases = site
        .services
        .iter()
        .filter(|service| service.release.is_some() || handle::is_tagged(site, &service.name))
        .map(|service| format!("{}-deploy {} --list", site.name, shell(&service.name)));
    let view = View {
        site: &site.name,
        environment: &site.environment,
        delivery: site.delivery.is_some(),
        hosts: site
            .hosts
            .iter()
            .map(|host| HostView {
                name: &host.name,
                login: login(site, host).unwrap_or_else(|| format!("ssh root@{}", address(host))),
            })
            .collect(),
        asks: asks.collect(),
        releases: releases.collect(),
        databases: site
            .hosts
            .iter()
            .filter(|host| has_database(host))
            .map(|host| code(&host.name))
            .collect(),
        caches: ingresses().any(|(_, ingress)| !ingress.caches.is_empty()),
        containers: site.hosts.iter().any(|host| !host.containers.is_empty()),
        doors: (!doors.is_empty()).then(|| doors.join(", ")),
        proxies: ingresses().any(|(_, ingress)| !ingress.trusted_proxies.is_empty()),
        saved: site.hosts.iter().any(|host| host.backup.is_some()),
        calendar: calendar(site),
    };
    markdown("docs/incidents", include_str!("incidents.md.hbs"), &view)
}

fn has_database(host: &Host) -> bool {
    let is_postgres = |what: &BackupWhat| matches!(what, BackupWhat::PostgresDatabase { .. });
    host.backup_sources.iter().any(|source| is_postgres(&source.what))
}

/// What is done when, and by whom.
fn calendar(site: &Site) -> String {
    let name = &site.name;
    let hosts = || site.hosts.iter();
    let row = |when: &str, what: String, who: &str| [when.to_owned(), what, who.to_owned()];
    let mut rows = Vec::new();
    for watch in hosts().filter_map(|host| host.watch.as_ref()).take(1) {
        rows.push(row(
            &format!("every {} s", watch.every),
            "each host asks itself whether it is well".to_owned(),
            &format!("`{name}-health-watch.timer`"),
        ));
    }
    if hosts().any(|host| !host.certificates.is_empty()) {
        rows.push(row(
            "every hour",
            "certificates are looked at, and renewed in time".to_owned(),
            &format!("`{name}-certificate@.timer`"),
        ));
    }
    for plan in hosts().filter_map(|host| host.backup.as_ref()).take(1) {
        rows.push(row(&code(&plan.schedule), "a backup".to_owned(), "cron"));
        rows.push(row(
            "once a week",
            "repositories are checked, and forget what is not to be kept".to_owned(),
            "the backup",
        ));
    }
    if let Some(test) = tried(site) {
        rows.push(row(&code(test), "a restore is tried".to_owned(), "cron"));
    }
    for upgrades in hosts()
        .filter_map(|host| host.hardening.unattended_upgrades.as_ref())
        .take(1)
    {
        let restarts = upgrades.reboot.as_ref().map_or_else(
            || "; a restart is yours".to_owned(),
            |at| format!("; a restart at {at} if it takes one"),
        );
        rows.push(row(
            "every day",
            format!("security updates of the system{restarts}"),
            "unattended-upgrades",
        ));
    }
    rows.push(row(
        "every morning",
        if site.delivery.is_some() {
            format!("`out/{}/deploy.sh health`: every line `ok`?", site.environment)
        } else {
            format!("`{name}-health-check` on each host: exit code 0?")
        },
        "people",
    ));
    if hosts().any(|host| !host.containers.is_empty()) {
        rows.push(row(
            "every month",
            "newer images of what the manifest names, by a change of it".to_owned(),
            "people",
        ));
    }
    rows.push(row(
        "every month",
        "`./install.sh --check` on each host: was anything changed by hand?".to_owned(),
        "people",
    ));
    for secret in site.secrets.iter().filter(|secret| !secret.is_previous()) {
        let Some(every) = &secret.rotate else { continue };
        rows.push(row(
            &format!("every {}", text(&every.text)),
            format!("{} is [replaced](#rotate-a-secret)", code(&secret.name)),
            "people, told by the health check",
        ));
    }
    rows.push(row(
        "every quarter",
        "a spare machine is made into one of the hosts, by [its README](#a-host-is-lost), and the minutes are compared with [the table](#what-the-times-are-made-of)"
            .to_owned(),
        "people",
    ));
    rows.push(row(
        "every quarter",
        format!(
            "who may log in is looked through: {}",
            listed(site.admins.iter().map(|admin| code(&admin.name)))
        ),
        "people",
    ));
    table(["When", "What", "Who"], &rows)
}
