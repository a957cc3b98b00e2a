//! What a section of kind `app` cannot mean.

use super::{distribution_packages, runs};
use crate::diag::Diagnostic;
use crate::kind::{Lowering, Runtime};
use crate::manifest::services::App;
use crate::manifest::values::Argument;
use crate::site::Pointer;

pub(super) fn contradictions(app: &App, lowering: &mut Lowering<'_>) {
    let origin = lowering.service.origin.clone();
    let found: Vec<Diagnostic> = if lowering.service.runtime == Runtime::Container {
        container(app, &origin).into_iter().collect()
    } else {
        units(app, &origin)
            .into_iter()
            .chain(without_release(app, &origin))
            .chain(unforwarded(app, &origin))
            .collect()
    };
    lowering.found.extend(found);
    lowering.found.extend(sentences(app, &origin));
    lowering.found.extend(beside_processes(app, &origin));
}

fn container(app: &App, origin: &Pointer) -> Option<Diagnostic> {
    if app.image.is_none() {
        return Some(
            Diagnostic::error("missing-key", format!("{} needs `image`", origin.in_words()))
                .at_key(origin, "a container without an image")
                .why("A container is made of an image.")
                .help("add `image: ghcr.io/acme/api:1.4.0`"),
        );
    }
    app.release.as_ref().map(|_| both(origin, "release"))
}

fn units(app: &App, origin: &Pointer) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = app.image.iter().map(|_| both(origin, "runtime")).collect();
    // What only has jobs has nothing that always runs.
    let jobs_only = !app.jobs.is_empty() && app.processes.is_empty() && app.run.port.is_none();
    if jobs_only || !found.is_empty() {
        return found;
    }
    for (name, run) in &runs(app) {
        if run.command.is_some() {
            continue;
        }
        let process = match name.as_str() {
            "" => origin.clone(),
            name => origin.child("processes").child(name),
        };
        if app.release.is_none() {
            return vec![
                Diagnostic::error("key-choice", format!("{} has nothing to run", process.in_words()))
                    .at_key(&process, "neither an image nor a command")
                    .why("An app is a container of an image, or units that run a command.")
                    .help("add `image: ghcr.io/acme/api:1.4.0`, or `release: /opt/acme/api` and `command: [bin/api]`"),
            ];
        }
        found.push(
            Diagnostic::error("missing-key", format!("{} needs `command`", process.in_words()))
                .at_key(&process, "`command` is missing here")
                .why("A release does not say by itself what of it is to run.")
                .help("add `command: [/usr/bin/node, dist/main.js]`"),
        );
    }
    found
}

/// Programs that are looked for in a release, of which there is none.
fn without_release(app: &App, origin: &Pointer) -> Option<Diagnostic> {
    if app.release.is_some() || app.image.is_some() {
        return None;
    }
    let (at, program) = commands(app, origin)
        .into_iter()
        .find_map(|(at, command)| Some((at, command.first()?)).filter(|(_, first)| is_relative(first)))?;
    Some(
        Diagnostic::error("missing-key", format!("{} needs `release`", origin.in_words()))
            .at(at.index(0), format!("`{program}` begins in a release"))
            .why("A path that does not begin with `/` is one below the release that runs.")
            .help(format!(
                "add `release: /opt/acme/api`, or write where `{program}` is, from the root"
            )),
    )
}

fn is_relative(program: &Argument) -> bool {
    !program.as_str().starts_with('/') && distribution_packages(program.as_str()).is_none()
}

/// What the processes say for themselves, and the app cannot say for all of them.
fn beside_processes(app: &App, origin: &Pointer) -> Vec<Diagnostic> {
    let Some(first) = app.processes.keys().next() else {
        return Vec::new();
    };
    let own = [
        ("port", app.run.port.is_some()),
        ("health", app.run.health.is_some()),
        ("instances", app.run.instances.is_some()),
    ];
    let written = own.into_iter().filter(|(_, written)| *written);
    written
        .map(|(key, _)| {
            Diagnostic::error(
                "key-choice",
                format!("{} has `{key}` beside `processes`", origin.in_words()),
            )
            .at_key(&origin.child(key), "of which process?")
            .at_key(&origin.child("processes"), "each of these has its own")
            .why("It would count for none of them.")
            .help(format!(
                "move it into a process, as in `processes: {{{first}: {{{key}: …}}}}`"
            ))
        })
        .collect()
}

/// Only the container engine leads one port to another.
fn unforwarded(app: &App, origin: &Pointer) -> Vec<Diagnostic> {
    let ports = app
        .ports
        .iter()
        .filter_map(|(name, port)| Some((name, port, port.target?)));
    ports
        .filter(|(_, port, target)| *target != port.port.first || *target != port.port.last)
        .map(|(name, _, target)| {
            let at = origin.child("ports").child(name.as_str()).child("target");
            Diagnostic::error("key-choice", "`target` is for containers")
                .at(at, format!("nothing leads the open port to {target}"))
                .why("A unit of systemd listens on the host's own ports, so the port that is opened is the one that it listens on.")
                .help(format!("write `port: {target}`, or let the process listen on the port that is open"))
        })
        .collect()
}

fn both(origin: &Pointer, other: &str) -> Diagnostic {
    Diagnostic::error(
        "key-choice",
        format!(
            "{} has `image` and `{other}`, and only one of them can count",
            origin.in_words()
        ),
    )
    .at_key(&origin.child("image"), "this makes it a container")
    .at_key(&origin.child(other), "and this makes it units of systemd")
    .help(format!("keep `image` or `{other}`"))
}

/// What the app runs, and where each command stands.
fn commands<'a>(app: &'a App, origin: &Pointer) -> Vec<(Pointer, &'a [Argument])> {
    let processes = app
        .processes
        .iter()
        .map(|(name, process)| (origin.child("processes").child(name.as_str()), &process.run.command));
    let own = std::iter::once((origin.clone(), &app.run.command));
    let running = own
        .chain(processes)
        .filter_map(|(at, command)| Some((at.child("command"), command.as_deref()?)));
    let jobs = app.jobs.iter().map(|(name, job)| {
        let at = origin.child("jobs").child(name.as_str()).child("command");
        (at, job.command.as_slice())
    });
    let migrate = app
        .migrate
        .iter()
        .map(|command| (origin.child("migrate"), command.as_slice()));
    running.chain(jobs).chain(migrate).collect()
}

/// Lines of a shell in the place of a program's name.
fn sentences(app: &App, origin: &Pointer) -> Vec<Diagnostic> {
    commands(app, origin)
        .into_iter()
        .filter_map(|(at, command)| {
            let program = command.first()?;
            if program.as_str().is_empty() {
                return Some(
                    Diagnostic::error("invalid-value", "a command begins with the name of a program")
                        .at(at.index(0), "this is empty")
                        .help("write it, as in `[/usr/bin/node, dist/main.js]`"),
                );
            }
            if !program.as_str().contains(' ') {
                return None;
            }
            Some(
                Diagnostic::error("invalid-value", format!("no program is called `{program}`"))
                    .at(at.index(0), "several words in one")
                    .why("Each item of a command is one word, and no shell reads them.")
                    .help(format!(
                        "write each word as an item of its own, or `[/bin/sh, -c, \"{program}\"]`"
                    )),
            )
        })
        .collect()
}
