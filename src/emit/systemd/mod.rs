//! Units of systemd: one template unit a process, with its sandbox and limits, timers, and environment files.
//!
//! Every unit has an action of its name that restarts its instances one after another, each once the one before it
//! answers again, so that a change of configuration does not take a service down.

mod action;
mod sandbox;
#[cfg(test)]
mod tests;
mod view;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, escape, render};
use crate::site::{EnabledUnit, Encoding, EnvironmentFile, Host, Site, Unit, UnitKind, placeholder};
use view::{TimerView, UnitView};

const NAME: &str = "systemd";

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    for unit in &host.units {
        emission.artifacts.push(unit_file(site, unit));
        emission.artifacts.extend(timer_file(unit));
        emission
            .artifacts
            .extend(unit.environment_file.as_ref().map(|file| environment_file(unit, file)));
        emission.artifacts.extend(credential_digests(site, unit));
        emission.actions.extend(action::restart(unit));
        emission.enabled.extend(enabled(unit));
    }
    emission.actions.push(action::reload(host));
    emission
}

/// `acme-api@.service`, or `acme-prune.service` without instances.
fn file_name(unit: &Unit) -> String {
    format!(
        "{}{}.service",
        unit.name,
        if unit.instances.is_empty() { "" } else { "@" }
    )
}

/// Names under which its instances run.
fn running(unit: &Unit) -> Vec<String> {
    if unit.instances.is_empty() {
        return vec![format!("{}.service", unit.name)];
    }
    unit.instances
        .iter()
        .map(|instance| format!("{}@{instance}.service", unit.name))
        .collect()
}

fn unit_file(site: &Site, unit: &Unit) -> Artifact {
    let view = UnitView::new(site, unit);
    let rendered = render(Language::Systemd, "systemd/service", include_str!("service.hbs"), &view);
    let path = format!("/etc/systemd/system/{}", file_name(unit));
    let artifact = Artifact::new(NAME, path, rendered.text)
        .from([unit.origin.clone()])
        .traced(rendered.lines)
        .triggers(NAME);
    if action::has_restart(unit) {
        artifact.triggers(&unit.name)
    } else {
        artifact
    }
}

fn timer_file(unit: &Unit) -> Option<Artifact> {
    if unit.calendar.is_empty() {
        return None;
    }
    let rendered = render(
        Language::Systemd,
        "systemd/timer",
        include_str!("timer.hbs"),
        &TimerView::new(unit),
    );
    let path = format!("/etc/systemd/system/{}.timer", unit.name);
    Some(
        Artifact::new(NAME, path, rendered.text)
            .from([unit.origin.clone()])
            .traced(rendered.lines)
            .triggers(NAME),
    )
}

/// systemd and compose read the same file: values between double quotes, with backslashes before what is special there.
fn environment_file(unit: &Unit, file: &EnvironmentFile) -> Artifact {
    let (content, lines) = super::environment::write(file);
    let artifact = Artifact::new(NAME, &file.path, content)
        .mode(0o600)
        .from([unit.origin.clone()])
        .traced(lines);
    if action::has_restart(unit) {
        artifact.triggers(&unit.name)
    } else {
        artifact
    }
}

/// systemd hands secrets over as they are when a unit starts: by their digests a new one is seen, and the unit restarted.
fn credential_digests(site: &Site, unit: &Unit) -> Option<Artifact> {
    if unit.credentials.is_empty() || !action::has_restart(unit) {
        return None;
    }
    let lines = unit
        .credentials
        .iter()
        .map(|file| format!("{} {}\n", file.secret, placeholder(&file.secret, Encoding::Sha256)));
    let head = "# Digests of the secrets that the unit takes as files: with a new one it restarts.\n";
    let content = std::iter::once(head.to_owned()).chain(lines).collect::<String>();
    let path = format!("{}/env/{}.credentials", site.etc(), unit.name);
    let artifact = Artifact::new(NAME, path, content)
        .mode(0o600)
        .from([unit.origin.clone()]);
    Some(artifact.triggers(&unit.name))
}

/// A timer stands for its service; a one-shot without one is started by whoever needs it.
fn enabled(unit: &Unit) -> Vec<EnabledUnit> {
    let names = match (unit.kind, unit.calendar.is_empty()) {
        (_, false) => vec![format!("{}.timer", unit.name)],
        (UnitKind::Service, true) => running(unit),
        (UnitKind::Oneshot, true) => Vec::new(),
    };
    names
        .into_iter()
        .map(|name| EnabledUnit {
            name,
            order: unit.order,
        })
        .collect()
}

/// A path or a word in a list that systemd splits at spaces.
fn word(value: &str) -> String {
    escape::systemd_word(value).replace("$$", "$")
}
