//! `plan.tsv`: what `install.sh` does on one host, as data. The script itself is the same on every host.

mod ports;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Artifact, Emission, Phase};
use crate::digest::sha256;
use crate::site::{Action, Host, SecretSource, Site};

/// `install.sh`, the same bytes on every host.
pub const ENGINE: &str = concat!(
    include_str!("engine/flow.sh"),
    "\n",
    include_str!("engine/ways.sh"),
    "\n",
    include_str!("engine/say.sh"),
    "\n",
    include_str!("engine/plan.sh"),
    "\n",
    include_str!("engine/preflight.sh"),
    "\n",
    include_str!("engine/secrets.sh"),
    "\n",
    include_str!("engine/state.sh"),
    "\n",
    include_str!("engine/show.sh"),
    "\n",
    include_str!("engine/packages.sh"),
    "\n",
    include_str!("engine/generations.sh"),
    "\n",
    include_str!("engine/ahead.sh"),
    "\n",
    include_str!("engine/live.sh"),
    "\n",
    include_str!("engine/start.sh"),
);

/// Seconds that everything may take to become healthy after an installation.
const PATIENCE: u32 = 120;

/// The plan of a host: one record a line, fields separated by tabs.
pub(super) fn plan(site: &Site, host: &Host, all: &Emission) -> String {
    let mut plan = Plan::default();
    plan.comment("What install.sh does on this host. One record a line; fields are separated by tabs.");
    plan.record(&["sitewright", "1"]);
    plan.record(&["site", &site.name]);
    plan.record(&["environment", &site.environment]);
    plan.record(&["host", &host.name]);
    plan.record(&["os", host.os.as_str()]);
    if !all.programs.is_empty() {
        plan.record(&["architecture", "amd64"]);
    }
    plan.comment("port: protocol, address, number of what is to listen here");
    for (protocol, address, number) in ports::of(site, host) {
        plan.record(&["port", protocol, &address, &number.to_string()]);
    }
    plan.comment("secret: name, how it comes to the host, specification or hint");
    for secret in site.secrets.iter().filter(|secret| secret.hosts.contains(&host.name)) {
        match &secret.source_on(&host.name) {
            SecretSource::Generated(specification) => plan.record(&["secret", &secret.name, "generate", specification]),
            SecretSource::Provided(hint) => plan.record(&["secret", &secret.name, "provided", hint]),
            SecretSource::Previous(of) => plan.record(&["secret", &secret.name, "previous", of]),
        }
    }
    plan.comment("require: name, command that says why nothing may be touched now");
    for precondition in &host.preconditions {
        plan.record(&["require", &precondition.name, &precondition.command]);
    }
    plan.comment("package: name");
    let packages: BTreeSet<&str> = all.packages.iter().map(|package| package.name.as_str()).collect();
    packages.iter().for_each(|package| plan.record(&["package", package]));
    plan.comment(
        "program: name, path, version, address, SHA-256, member of the archive, arguments that print the version",
    );
    let programs: BTreeMap<&str, _> = all.programs.iter().map(|program| (program.path, program)).collect();
    for program in programs.values() {
        plan.record(&[
            "program",
            program.name,
            program.path,
            program.version,
            &program.url,
            &program.sha256,
            program.member,
            program.version_args,
        ]);
    }
    plan.comment(
        "file: path, owner, mode, SHA-256, phase, whether secrets are filled in, set, actions that a change triggers",
    );
    all.artifacts.iter().for_each(|artifact| plan.file(artifact));
    plan.comment("action: name, order, check of the staged files, command");
    for action in actions(all) {
        plan.record(&[
            "action",
            &action.name,
            &action.order.to_string(),
            or_dash(action.check.as_deref()),
            or_dash(action.run.as_deref()),
        ]);
    }
    plan.comment("unit: name, order");
    let units: BTreeSet<(u16, &str)> = all
        .enabled
        .iter()
        .map(|unit| (unit.order, unit.name.as_str()))
        .collect();
    for (order, name) in units {
        plan.record(&["unit", name, &order.to_string()]);
    }
    plan.comment("leave: name, command for when a later plan does not name it any more; what it prints was kept");
    for leaving in &all.leavings {
        plan.record(&["leave", &leaving.name, &leaving.run]);
    }
    plan.comment("health: command, seconds to become healthy");
    plan.record(&[
        "health",
        &format!("/usr/local/sbin/{}-health-check --critical", site.name),
        &PATIENCE.to_string(),
    ]);
    plan.text
}

fn or_dash(text: Option<&str>) -> &str {
    text.unwrap_or("-")
}

/// By order and name; several emitters may name the same action, the first that says what it does defines it.
fn actions(all: &Emission) -> Vec<&Action> {
    let mut actions: BTreeMap<&str, &Action> = BTreeMap::new();
    for action in &all.actions {
        actions.entry(&action.name).or_insert(action);
    }
    let mut actions: Vec<&Action> = actions.into_values().collect();
    actions.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
    actions
}

#[derive(Default)]
struct Plan {
    text: String,
}

impl Plan {
    fn comment(&mut self, comment: &str) {
        writeln!(self.text, "# {comment}").expect("writing to a string");
    }

    /// A field holds no tab and no line break: single-line values of the manifest cannot, and ours do not.
    fn record(&mut self, fields: &[&str]) {
        let fields: Vec<String> = fields
            .iter()
            .map(|field| {
                if field.is_empty() {
                    "-".into()
                } else {
                    field.replace(['\t', '\n'], " ")
                }
            })
            .collect();
        writeln!(self.text, "{}", fields.join("\t")).expect("writing to a string");
    }

    fn file(&mut self, artifact: &Artifact) {
        let phase = match artifact.phase {
            Phase::Repository => "repository",
            Phase::Identity => "identity",
            Phase::Config => "config",
        };
        self.record(&[
            "file",
            &artifact.path,
            &format!("{}:{}", artifact.owner, artifact.group),
            &format!("{:04o}", artifact.mode),
            &sha256(&artifact.content),
            phase,
            if artifact.needs_secrets() { "fill" } else { "-" },
            artifact.set,
            &artifact.actions.join(","),
        ]);
    }
}
