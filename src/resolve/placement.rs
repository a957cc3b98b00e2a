//! Which host runs what.

use super::at;
use crate::diag::{Diagnostic, listing, suggest};
use crate::kind::{self, Kind, Placed, PlacedInstance, PlacedProcess, Runtime};
use crate::manifest::values::Name;
use crate::manifest::{Manifest, Service};
use crate::site::{Host, Pointer};

/// Places every service; one that cannot be placed is reported and left out.
pub(super) fn place(manifest: &Manifest, hosts: &[Host], found: &mut Vec<Diagnostic>) -> Vec<Placed> {
    manifest
        .services
        .iter()
        .filter_map(|(name, service)| place_one(name, service, hosts, found))
        .collect()
}

fn place_one(name: &Name, service: &Service, hosts: &[Host], found: &mut Vec<Diagnostic>) -> Option<Placed> {
    let origin = at(["services", name.as_str()]);
    let kind = kind::of(service);
    let runtime = kind.runtime();
    let on = if runtime == Runtime::None && kind.is_external() {
        Vec::new()
    } else {
        hosts_of(&kind.common().on, &origin, &format!("service `{name}`"), hosts, found)?
    };
    let processes = processes(kind, name.as_str(), &origin, &on);
    Some(Placed {
        name: name.to_string(),
        origin,
        runtime,
        hosts: on,
        processes,
    })
}

/// The hosts that something is on: those it names, or the only one.
pub(super) fn hosts_of(
    on: &[Name],
    origin: &Pointer,
    what: &str,
    hosts: &[Host],
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<String>> {
    if on.is_empty() {
        if let [only] = hosts {
            return Some(vec![only.name.clone()]);
        }
        let names = listing(hosts.iter().map(|host| host.name.as_str()));
        let first = hosts.first().map_or("HOST", |host| host.name.as_str());
        let is_service = origin.segments().next().is_some_and(|first| first == "services");
        let todo = match origin.last() {
            Some(section) if !is_service => format!("add `{section}: {{on: {first}}}`"),
            _ => format!("add `on: {first}`, or lay it under all services by `defaults: {{all: {{on: {first}}}}}`"),
        };
        found.push(
            Diagnostic::error("no-placement", format!("{what} is on no host"))
                .at_key(origin, "nothing says which host this is on")
                .why("With several hosts the compiler does not guess.")
                .help(format!("{todo}; the hosts are {names}")),
        );
        return None;
    }
    let mut known = Vec::new();
    for (index, name) in on.iter().enumerate() {
        if hosts.iter().any(|host| host.name == name.as_str()) {
            if !known.contains(&name.to_string()) {
                known.push(name.to_string());
            }
            continue;
        }
        let names = || hosts.iter().map(|host| host.name.as_str());
        let help = suggest(name.as_str(), names()).map_or_else(
            || format!("the hosts are {}", listing(names())),
            |near| format!("did you mean `{near}`?"),
        );
        found.push(
            Diagnostic::error("unknown-host", format!("there is no host `{name}`"))
                .at(origin.child("on").index(index), "this host is not under `hosts`")
                .why(format!("{what} can only run on a host that the manifest describes."))
                .help(help),
        );
    }
    (!known.is_empty()).then_some(known)
}

fn processes(kind: &dyn Kind, service: &str, origin: &Pointer, on: &[String]) -> Vec<PlacedProcess> {
    kind.processes()
        .into_iter()
        .map(|process| {
            let origin = if process.name.is_empty() {
                origin.clone()
            } else {
                origin.child("processes").child(&process.name)
            };
            let count = process.instances.unwrap_or(if kind.is_spread() {
                u32::try_from(on.len()).unwrap_or(1)
            } else {
                1
            });
            PlacedProcess {
                instances: spread(on, count),
                label: kind::label(service, &process.name),
                name: process.name,
                origin,
            }
        })
        .collect()
}

/// Shares `count` instances among the hosts in turn.
fn spread(on: &[String], count: u32) -> Vec<PlacedInstance> {
    let hosts = u32::try_from(on.len()).unwrap_or(u32::MAX).max(1);
    let mut instances: Vec<PlacedInstance> = on
        .iter()
        .zip(0..)
        .flat_map(|(host, index)| {
            let here = (count + hosts - 1 - index) / hosts;
            (1..=here).map(move |ordinal| PlacedInstance {
                host: host.clone(),
                ordinal,
                here,
                port: None,
            })
        })
        .collect();
    instances.sort_by_key(|instance| instance.ordinal);
    instances
}
