//! Replacing secrets: one program, the same on every host, and what there is to know of the host's secrets as data.
//!
//! It brings a new value in and lets the installer that is on the host do the rest.

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, escape, render};
use crate::site::{Host, Pointer, Rotation, Secret, Site, Span};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "rotate";

const PROGRAM: &str = concat!(
    include_str!("usage.sh"),
    "\n",
    include_str!("table.sh"),
    "\n",
    include_str!("steps.sh"),
    "\n",
    include_str!("ways.sh"),
    "\n",
    include_str!("main.sh"),
);

#[derive(Serialize)]
struct View {
    records: Vec<Record>,
}

#[derive(Serialize)]
struct Record {
    origin: Pointer,
    line: String,
}

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    let view = View {
        records: site
            .secrets
            .iter()
            .filter(|secret| secret.hosts.contains(&host.name) && !secret.is_previous())
            .map(|secret| record(site, secret))
            .collect(),
    };
    if view.records.is_empty() {
        return emission;
    }
    let table = render(Language::Systemd, "rotate/table", include_str!("rotate.tsv.hbs"), &view);
    let table = Artifact::new(NAME, format!("{}/rotate.tsv", site.etc()), table.text).traced(table.lines);
    let path = format!("/usr/local/sbin/{}-rotate-secret", site.name);
    let program = Artifact::new(NAME, path, PROGRAM)
        .mode(0o755)
        .from(table.origins.iter().cloned());
    emission.artifacts.extend([table, program]);
    emission
}

fn record(site: &Site, secret: &Secret) -> Record {
    let seconds = |span: Option<&Span>| span.map(|span| span.seconds.to_string()).unwrap_or_default();
    let (how, overlap, words) = match &secret.rotation {
        Rotation::Replace => ("replace", None, ""),
        Rotation::Overlap(span) => ("overlap", Some(span), ""),
        Rotation::Both => ("both", None, ""),
        Rotation::Elsewhere(words) => ("elsewhere", None, words.as_str()),
    };
    Record {
        origin: secret.origin.clone(),
        line: escape::fields(&[
            secret.name.clone(),
            how.to_owned(),
            seconds(secret.rotate.as_ref()),
            seconds(overlap),
            secret.hosts.join(","),
            site.accepting(secret).join(","),
            secret.users.join(","),
            words.to_owned(),
        ]),
    }
}
