//! Looking after a host: is it well, what does it say, stop and start.

use serde::Serialize;

use super::handle::{Handle, compose, on_host};
use super::table::table;
use super::{listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code, shell};
use crate::site::{Access, BackupWhat, Check, Host, IngressRuntime, Probe, Site, Watch};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    services: Vec<ServiceView>,
    probes: String,
    watch: Option<String>,
}

#[derive(Serialize)]
struct ServiceView {
    name: String,
    commands: Vec<String>,
}

pub(super) fn section(site: &Site, host: &Host) -> String {
    let mut services: Vec<ServiceView> = site
        .services
        .iter()
        .filter_map(|service| {
            let handles: Vec<Handle> = on_host(service, host).into_iter().map(|(handle, _)| handle).collect();
            (!handles.is_empty()).then(|| ServiceView {
                name: service.name.clone(),
                commands: commands(site, &handles)
                    .into_iter()
                    .chain(consoles(site, host, &service.name))
                    .collect(),
            })
        })
        .collect();
    if let Some(ingress) = &host.ingress {
        let state = match &ingress.runtime {
            IngressRuntime::Native => "systemctl status nginx.service".to_owned(),
            IngressRuntime::Container { name, .. } => format!(
                "docker compose --file /etc/{}/compose/compose.yaml ps {name}",
                site.name
            ),
        };
        let mut commands = vec![
            state,
            ingress.reload(&site.name),
            "tail -f /var/log/nginx/error.log".to_owned(),
            format!("{}-maintenance status", site.name),
        ];
        commands.extend((!ingress.caches.is_empty()).then(|| format!("{}-cache-purge --help", site.name)));
        services.push(ServiceView {
            name: "nginx".into(),
            commands,
        });
    }
    if host.dns.is_some() {
        services.push(ServiceView {
            name: "name server".into(),
            commands: of_units(&[&format!("{}-coredns.service", site.name)]),
        });
    }
    let rows: Vec<_> = host
        .probes
        .iter()
        .map(|probe| [text(&probe.name), asks(&probe.check), first_look(site, probe)])
        .collect();
    markdown(
        "docs/daily",
        include_str!("daily.md.hbs"),
        &View {
            site: &site.name,
            services,
            probes: table(["Probe", "Asks whether", "First look"], &rows),
            watch: host.watch.as_ref().map(|watch| watched(site, watch)),
        },
    )
}

/// How the host asks itself.
fn watched(site: &Site, watch: &Watch) -> String {
    let name = &site.name;
    let mut text = format!(
        "`{name}-health-watch.timer` asks every {} seconds, and writes the answers to `/var/lib/{name}/health/status.json`.",
        watch.every
    );
    if !watch.notify.is_empty() {
        let channels = listed(watch.notify.iter().map(|name| code(name)));
        text.push_str(&format!(
            " What a probe says {} times in a row is told to {channels}, once; so is its end. `{name}-notify --test` tries the channels.",
            watch.failures
        ));
    }
    if watch.heartbeat.is_some() {
        text.push_str(" While nothing is critical, the address under `monitoring.health.heartbeat` is asked for.");
    }
    text
}

fn commands(site: &Site, handles: &[Handle]) -> Vec<String> {
    let (units, containers): (Vec<&Handle>, Vec<&Handle>) =
        handles.iter().partition(|handle| matches!(handle, Handle::Unit(_)));
    let mut lines = Vec::new();
    if !units.is_empty() {
        let names: Vec<&str> = units.iter().map(|handle| handle.name()).collect();
        lines.extend(of_units(&names));
    }
    if !containers.is_empty() {
        let names: Vec<String> = containers.iter().map(|handle| shell(handle.name())).collect();
        let (compose, names) = (compose(site), names.join(" "));
        lines.push(format!("{compose} ps {names}"));
        lines.push(format!("{compose} logs --since 1h {names}"));
        lines.push(format!("{compose} stop {names}"));
        lines.push(format!("{compose} start {names}"));
        lines.push(format!("{compose} restart {names}"));
    }
    lines
}

fn of_units(units: &[&str]) -> Vec<String> {
    let names: Vec<String> = units.iter().map(|unit| shell(unit)).collect();
    let logs: Vec<String> = names.iter().map(|name| format!("-u {name}")).collect();
    let names = names.join(" ");
    vec![
        format!("systemctl status {names}"),
        format!("journalctl --since -1h {}", logs.join(" ")),
        format!("systemctl stop {names}"),
        format!("systemctl start {names}"),
    ]
}

/// A way into each database.
fn consoles(site: &Site, host: &Host, service: &str) -> Vec<String> {
    host.backup_sources
        .iter()
        .filter(|source| source.service == service)
        .filter_map(|source| match &source.what {
            BackupWhat::PostgresDatabase { access, database } => Some(match access {
                Access::Native { user } => format!("runuser -u {user} -- psql -d {}", shell(database)),
                Access::Container { service, user } => {
                    format!("{} exec -u {user} {service} psql -d {}", compose(site), shell(database))
                }
            }),
            _ => None,
        })
        .collect()
}

fn asks(check: &Check) -> String {
    match check {
        Check::Unit(unit) => format!("{} is active", code(unit)),
        Check::Container(service) => format!("the container {} runs and is well", code(service)),
        Check::Http { url, .. } => format!("{} answers", code(url)),
        Check::Tcp { address, port } => format!("{} is open", code(&format!("{address}:{port}"))),
        Check::Command(command) => format!("{} succeeds", code(command)),
        Check::State(command) => format!("{} says that all is well", code(command)),
        Check::Certificate { days, .. } => format!("it lasts for {days} days more"),
        Check::Disk { path, percent } => format!("{} is at most {percent} % full", code(path)),
        Check::Memory { available } => format!("{available} % are available"),
        Check::Backup { hours } => format!("the last one saved everything, and is less than {hours} hours old"),
        Check::Replication { service, .. } => format!(
            "{} is what the manifest takes it for, and its copies follow",
            code(service)
        ),
        Check::Secrets => "none is older than it may be, and none is half replaced".into(),
        Check::Dns { zone } => format!("the name server answers for {}", code(zone)),
    }
}

fn first_look(site: &Site, probe: &Probe) -> String {
    let name = &site.name;
    let command = match &probe.check {
        Check::Unit(unit) => format!("journalctl -e -u {}", shell(unit)),
        Check::Container(service) => format!("{} logs --tail 50 {}", compose(site), shell(service)),
        Check::Http { url, .. } if url.starts_with("unix:") => "ss -lx".into(),
        Check::Http { url, .. } => format!("curl -v {}", shell(url)),
        Check::Tcp { .. } => "ss -ltnp".into(),
        Check::Command(command) | Check::State(command) => command.clone(),
        Check::Certificate { .. } => format!("{name}-certificate status"),
        Check::Disk { path, .. } => format!("du -xh --max-depth 3 {} | sort -h | tail", shell(path)),
        Check::Memory { .. } => "systemd-cgtop -m -n 1".into(),
        Check::Backup { .. } => format!("journalctl -t {name}-backup"),
        Check::Replication { service, .. } => format!("{name}-standby {service} status"),
        Check::Secrets => format!("{name}-rotate-secret --due"),
        Check::Dns { .. } => format!("journalctl -e -u {name}-coredns.service"),
    };
    code(&command)
}
