//! Probes as lines of `health.tsv`.

use serde::Serialize;

use crate::render::escape;
use crate::site::{Check, Host, Pointer, Probe, Site};

#[derive(Serialize)]
pub(super) struct ProbesView {
    probes: Vec<ProbeLine>,
}

#[derive(Serialize)]
struct ProbeLine {
    origin: Pointer,
    line: String,
}

impl ProbesView {
    pub(super) fn new(site: &Site, host: &Host) -> Self {
        let line = |probe: &Probe| ProbeLine {
            origin: probe.origin.clone(),
            line: line(site, host, probe),
        };
        Self {
            probes: host.probes.iter().map(line).collect(),
        }
    }
}

/// Name, kind, three fields of the kind, and the path that it waits for; an empty field is `-`.
fn line(site: &Site, host: &Host, probe: &Probe) -> String {
    let (kind, fields): (&str, [String; 3]) = match &probe.check {
        Check::Unit(unit) => ("unit", [unit.clone(), String::new(), String::new()]),
        Check::Container(service) => (
            "container",
            [
                service.clone(),
                format!("{}/compose/compose.yaml", site.etc()),
                String::new(),
            ],
        ),
        Check::Http { url, host } => ("http", [url.clone(), host.clone().unwrap_or_default(), String::new()]),
        Check::Tcp { address, port } => ("tcp", [address.clone(), port.to_string(), String::new()]),
        Check::Command(command) => ("command", [command.clone(), String::new(), String::new()]),
        Check::State(command) => ("state", [command.clone(), String::new(), String::new()]),
        Check::Certificate { path, days } => ("certificate", [path.clone(), days.to_string(), String::new()]),
        Check::Disk { path, percent } => ("disk", [path.clone(), percent.to_string(), String::new()]),
        Check::Memory { available } => ("memory", [available.to_string(), String::new(), String::new()]),
        Check::Backup { hours } => (
            "backup",
            [
                format!("/var/lib/{}/backup", site.name),
                hours.to_string(),
                String::new(),
            ],
        ),
        Check::Replication { service, .. } => ("replication", [service.clone(), String::new(), String::new()]),
        Check::Secrets => ("secrets", Default::default()),
        Check::Dns { zone } => {
            let address = host.dns.as_ref().and_then(|dns| dns.listen.first().cloned());
            (
                "dns",
                [
                    zone.clone(),
                    address.unwrap_or_else(|| "127.0.0.1".into()),
                    String::new(),
                ],
            )
        }
    };
    let waits = waits_for(host, &probe.check).unwrap_or_default();
    let [a, b, c] = fields;
    escape::fields(&[probe.name.clone(), kind.to_owned(), a, b, c, waits])
}

/// The path that the probed unit needs before it can start: a release that is not deployed yet is no failure.
fn waits_for(host: &Host, check: &Check) -> Option<String> {
    let port = match check {
        Check::Http { url, .. } => url::Url::parse(url).ok()?.port(),
        Check::Tcp { port, .. } => Some(*port),
        _ => None,
    };
    let probed = host.units.iter().find(|unit| match check {
        Check::Unit(name) => {
            let name = name.strip_suffix(".service").unwrap_or(name);
            name == unit.name || name.split_once('@').is_some_and(|(template, _)| template == unit.name)
        }
        _ => port.is_some_and(|port| unit.ports.contains(&port)),
    })?;
    probed.needs_path.clone()
}
