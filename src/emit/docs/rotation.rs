//! Replacing secrets: what restarts, in which order, and the commands, host by host where several need the same one.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::table::table;
use super::{Emission, HostBundle, Section, listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Host, Rotation, Secret, SecretSource, Site, previous};

/// What a host does when a secret changes, in its order, by the secret's name.
pub(in crate::emit) type Effects = BTreeMap<String, Vec<String>>;

/// Every secret that stands in a file, and the effects of the actions that a change of that file triggers.
pub(in crate::emit) fn effects(all: &Emission) -> Effects {
    let mut triggered: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for artifact in all.artifacts.iter().filter(|artifact| artifact.needs_secrets()) {
        for rest in artifact.content.split("{{secret:").skip(1) {
            let name = rest.split(':').next().unwrap_or_default();
            triggered
                .entry(name)
                .or_default()
                .extend(artifact.actions.iter().map(String::as_str));
        }
    }
    let of = |names: BTreeSet<&str>| {
        let mut actions: Vec<_> = all
            .actions
            .iter()
            .filter(|action| names.contains(action.name.as_str()) && action.run.is_some())
            .collect();
        actions.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        actions.dedup_by(|a, b| a.name == b.name);
        let told = |effect: &str, name: &str| if effect.is_empty() { name } else { effect }.to_owned();
        actions
            .into_iter()
            .map(|action| told(&action.effect, &action.name))
            .collect()
    };
    triggered
        .into_iter()
        .map(|(name, names)| (name.to_owned(), of(names)))
        .collect()
}

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    secrets: String,
    example: &'a str,
    overlaps: Option<String>,
    several: Vec<Several>,
    repositories: Vec<Repository<'a>>,
}

/// One secret that several hosts need.
#[derive(Serialize)]
struct Several {
    name: String,
    commands: Vec<String>,
}

/// The password of a repository on one host.
#[derive(Serialize)]
struct Repository<'a> {
    host: &'a str,
    destination: &'a str,
    password: &'a str,
}

pub(super) fn section(site: &Site, hosts: &[HostBundle]) -> Section {
    let secrets: Vec<&Secret> = site.secrets.iter().filter(|secret| !secret.is_previous()).collect();
    let ours = |secret: &&&Secret| !matches!(secret.rotation, Rotation::Elsewhere(_));
    let example = secrets.iter().find(ours)?;
    let rows: Vec<_> = secrets.iter().map(|secret| row(site, hosts, secret)).collect();
    let overlaps = secrets
        .iter()
        .filter(|secret| matches!(secret.rotation, Rotation::Overlap(_)))
        .map(|secret| code(&secret.name));
    let overlaps = listed(overlaps);
    let view = View {
        site: &site.name,
        secrets: table(["Secret", "By", "What it restarts, in this order"], &rows),
        example: &example.name,
        overlaps: (overlaps != "–").then_some(overlaps),
        several: secrets
            .iter()
            .filter(ours)
            .filter(|secret| secret.hosts.len() > 1)
            .map(|secret| several(site, secret))
            .collect(),
        repositories: site.hosts.iter().flat_map(repositories).collect(),
    };
    Some(markdown("docs/rotation", include_str!("rotation.md.hbs"), &view))
}

fn row(site: &Site, hosts: &[HostBundle], secret: &Secret) -> [String; 3] {
    let command = code(&format!("{}-rotate-secret {}", site.name, secret.name));
    let by = match &secret.rotation {
        Rotation::Replace => command,
        Rotation::Overlap(span) => format!("{command}; after {} with `--finish`", text(&span.text)),
        Rotation::Both if secret.hosts.len() > 1 => format!("{command}; at last with `--finish`"),
        Rotation::Both => command,
        Rotation::Elsewhere(words) => text(words),
    };
    let before = previous(&secret.name);
    let mut places: Vec<String> = Vec::new();
    for bundle in hosts.iter().filter(|bundle| secret.hosts.contains(&bundle.host)) {
        let of = |name: &str| bundle.refilled.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut all: Vec<&String> = of(&secret.name).iter().collect();
        all.extend(of(&before).iter().filter(|effect| !of(&secret.name).contains(effect)));
        let all: Vec<String> = all.into_iter().map(|effect| text(effect)).collect();
        let all = if all.is_empty() {
            "nothing: it is read when it is needed".to_owned()
        } else {
            all.join(", then ")
        };
        places.push(if secret.hosts.len() > 1 {
            format!("{}: {all}", text(&bundle.host))
        } else {
            all
        });
    }
    if matches!(secret.rotation, Rotation::Elsewhere(_)) {
        places = vec!["–".to_owned()];
    }
    [code(&secret.name), by, places.join("; ")]
}

/// The commands for a secret of several hosts: whoever checks it hears of the new value before anybody uses it.
fn several(site: &Site, secret: &Secret) -> Several {
    let maker = secret.made_on.as_ref().or(secret.hosts.first());
    let maker = maker.map(String::as_str).unwrap_or_default();
    let (name, program) = (&secret.name, format!("{}-rotate-secret {}", site.name, secret.name));
    let others = || secret.hosts.iter().filter(|host| *host != maker);
    let made = matches!(secret.source, SecretSource::Generated(_));
    let bring = |path: &str, host: &str, options: &str| {
        format!("ssh {maker} sudo cat {path} | ssh {host} sudo {program} --stdin{options} --yes")
    };
    let on = |host: &str, options: &str| format!("ssh -t {host} sudo {program}{options}");
    let every = |options: &str| -> Vec<String> {
        std::iter::once(maker)
            .chain(others().map(String::as_str))
            .map(|host| on(host, options))
            .collect()
    };
    let brought = |path: String, options: &str| -> Vec<String> {
        let first = std::iter::once(on(maker, options));
        first.chain(others().map(|host| bring(&path, host, options))).collect()
    };
    let accepting = site.accepting(secret);
    let is_announced = accepting.iter().any(|host| host != maker);
    let mut commands = Vec::new();
    if is_announced && made {
        let announced = format!("/var/lib/sitewright/{}/rotation/{name}/new", site.name);
        commands.extend(brought(announced, " --announce"));
    } else if is_announced {
        commands.extend(every(" --announce"));
    }
    if made && !is_announced {
        commands.extend(brought(format!("{}/secrets/{name}", site.etc()), ""));
    } else {
        commands.extend(every(""));
    }
    if let Rotation::Overlap(span) = &secret.rotation {
        commands.push(format!("# {} later:", span.text));
    }
    commands.extend(accepting.iter().map(|host| on(host, " --finish")));
    Several {
        name: code(name),
        commands,
    }
}

fn repositories(host: &Host) -> impl Iterator<Item = Repository<'_>> {
    let destinations = host.backup.iter().flat_map(|plan| &plan.destinations);
    destinations.map(|destination| Repository {
        host: &host.name,
        destination: &destination.name,
        password: &destination.password,
    })
}
