//! Backups by restic: one engine, the same on every host, and the host's sources and destinations as data.
//!
//! restic encrypts, deduplicates, keeps what `keep` says and checks what it stored; the engine makes the dumps, brings
//! them back and tries whether they would come back. Each destination gets dumps of its own, so that a damaged repository
//! is never copied to the other ones.

mod destination;
mod plan;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, escape, render};
use crate::site::{BackupPlan, BackupWhat, DestinationPlace, Directory, Host, Package, Site};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "backup";

const ENGINE: &str = concat!(
    include_str!("library.sh"),
    "\n",
    include_str!("save.sh"),
    "\n",
    include_str!("restore.sh"),
    "\n",
    include_str!("drill.sh"),
    "\n",
    include_str!("main.sh"),
);

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    let Some(backup) = &host.backup else {
        return emission;
    };
    programs(site, backup, &mut emission);
    let rendered = plan::render(site, host, backup);
    emission.artifacts.push(
        Artifact::new(NAME, folder(site, "plan.tsv"), rendered.text)
            .mode(0o600)
            .traced(rendered.lines),
    );
    for destination in &backup.destinations {
        emission.artifacts.extend(destination::files(site, destination));
        if let DestinationPlace::Path(path) = &destination.place {
            emission.directories.push(directory(path, destination.origin.clone()));
        }
    }
    let rendered = render(
        Language::Shell,
        "backup/crontab",
        include_str!("crontab.hbs"),
        &plan::crontab(site, backup),
    );
    emission
        .artifacts
        .push(Artifact::new(NAME, format!("/etc/cron.d/{}-backup", site.name), rendered.text).traced(rendered.lines));
    emission.directories.push(directory(
        &format!("/var/lib/{}/backup", site.name),
        backup.origin.clone(),
    ));
    emission.packages.extend(packages(backup));
    emission
}

/// The engine, and a command for each of the three things that it does.
fn programs(site: &Site, backup: &BackupPlan, emission: &mut Emission) {
    let engine = format!("/usr/local/lib/{}/backup-engine", site.name);
    emission.artifacts.push(
        Artifact::new(NAME, &engine, ENGINE)
            .mode(0o755)
            .from([backup.origin.clone()]),
    );
    for command in ["backup", "restore", "restore-test"] {
        let text = format!("#!/bin/sh\nexec {} {command} \"$@\"\n", escape::shell(&engine));
        emission.artifacts.push(
            Artifact::new(NAME, format!("/usr/local/sbin/{}-{command}", site.name), text)
                .mode(0o755)
                .from([backup.origin.clone()]),
        );
    }
}

/// A file of the engine's folder.
fn folder(site: &Site, name: &str) -> String {
    format!("{}/backup/{name}", site.etc())
}

fn directory(path: &str, origin: crate::site::Pointer) -> Directory {
    Directory {
        path: path.into(),
        origin,
        owner: "root".into(),
        group: "root".into(),
        mode: 0o700,
    }
}

fn packages(backup: &BackupPlan) -> Vec<Package> {
    let has = |wanted: fn(&BackupWhat) -> bool| backup.sources.iter().any(|source| wanted(&source.what));
    let goes = |wanted: fn(&DestinationPlace) -> bool| backup.destinations.iter().any(|to| wanted(&to.place));
    let mut names = vec!["jq", "restic"];
    if has(|what| matches!(what, BackupWhat::Sqlite { .. })) {
        names.push("sqlite3");
    }
    if goes(|place| matches!(place, DestinationPlace::Sftp { .. })) {
        names.push("openssh-client");
    }
    if goes(|place| matches!(place, DestinationPlace::Rclone { .. })) {
        names.push("rclone");
    }
    names.into_iter().map(Package::of_distribution).collect()
}

#[cfg(test)]
mod tests;
