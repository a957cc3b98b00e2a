//! The health check by the clock: a timer, and a program that tells what has changed.

use serde::Serialize;

use super::{Artifact, Emission, NAME};
use crate::render::{Language, escape, render};
use crate::site::{Action, EnabledUnit, Host, Package, Pointer, Site, order};

/// The action that takes new units into use.
const ACTION: &str = "health-watch";

#[derive(Serialize)]
struct View<'a> {
    origin: Pointer,
    site: &'a str,
    command: String,
    every: u64,
}

pub(super) fn emit(site: &Site, host: &Host, emission: &mut Emission) {
    let Some(watch) = &host.watch else {
        return;
    };
    let program = format!("/usr/local/lib/{}/health-watch", site.name);
    let mut words = vec![program.clone(), watch.failures.to_string()];
    if watch.heartbeat.is_some() {
        words.push("--heartbeat".into());
    }
    words.extend(watch.notify.iter().cloned());
    let words: Vec<String> = words.iter().map(|word| escape::systemd_word(word)).collect();
    let view = View {
        origin: watch.origin.clone(),
        site: &site.name,
        command: words.join(" "),
        every: watch.every,
    };
    emission.artifacts.push(
        Artifact::new(NAME, program, include_str!("watch.sh"))
            .mode(0o755)
            .from([watch.origin.clone()]),
    );
    let mut unit = |suffix: &str, name: &'static str, template: &'static str| {
        let rendered = render(Language::Systemd, name, template, &view);
        let path = format!("/etc/systemd/system/{}-health-watch.{suffix}", site.name);
        emission.artifacts.push(
            Artifact::new(NAME, path, rendered.text)
                .traced(rendered.lines)
                .triggers(ACTION),
        );
    };
    unit("service", "health/watch.service", include_str!("watch.service.hbs"));
    unit("timer", "health/watch.timer", include_str!("watch.timer.hbs"));
    let timer = format!("{}-health-watch.timer", site.name);
    emission.actions.push(Action {
        name: ACTION.into(),
        order: order::SYSTEM,
        check: None,
        // One that runs keeps the times that it began with.
        run: Some(format!("systemctl daemon-reload && systemctl try-restart {timer}")),
        effect: "asks for the host's health by the new times".into(),
    });
    emission.enabled.push(EnabledUnit {
        name: timer,
        order: order::MONITORING,
    });
    emission.packages.push(Package::of_distribution("jq"));
}
