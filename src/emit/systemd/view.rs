//! What the templates show.

use serde::Serialize;

use super::{sandbox, word};
use crate::render::escape::{one_line, systemd_assignment, systemd_word};
use crate::site::{Pointer, Site, Unit, UnitKind};

/// `name.service`.
#[derive(Serialize)]
pub(super) struct UnitView {
    origin: Pointer,
    description: String,
    site: String,
    network: bool,
    wants: Vec<String>,
    after: Vec<String>,
    needs_path: Option<String>,
    restarts: bool,
    /// `exec` or `oneshot`.
    sort: &'static str,
    identifier: String,
    user: String,
    group: String,
    working_directory: Option<String>,
    environment: Vec<String>,
    environment_file: Option<String>,
    credentials: Vec<String>,
    before_start: Vec<String>,
    command: String,
    memory: Option<u64>,
    cpu_percent: Option<u64>,
    tasks: u32,
    sandbox: Vec<Setting>,
    settings: Vec<Setting>,
    installed: bool,
}

/// One line of a section; made by escapers already.
#[derive(Serialize)]
struct Setting {
    key: String,
    value: String,
}

impl UnitView {
    pub(super) fn new(site: &Site, unit: &Unit) -> Self {
        let service = unit.kind == UnitKind::Service;
        let instance = unit.instance_variable.iter().map(|name| format!("\"{name}=%i\""));
        // `%d` would say it shorter, but not before systemd 250.
        let credential_paths = unit
            .credentials
            .iter()
            .map(|file| format!("\"{}=/run/credentials/%n/{}\"", file.variable, file.secret));
        Self {
            origin: unit.origin.clone(),
            description: unit.description.clone(),
            site: site.name.clone(),
            network: !unit.sandbox.loopback_only,
            wants: unit.wants.clone(),
            after: unit.after.clone(),
            needs_path: unit.needs_path.clone(),
            restarts: service,
            sort: if service { "exec" } else { "oneshot" },
            identifier: unit.name.clone(),
            user: unit.user.clone(),
            group: unit.group.clone(),
            working_directory: unit.working_directory.clone(),
            environment: unit
                .environment
                .iter()
                .map(|(name, value)| systemd_assignment(name, value))
                .chain(instance)
                .chain(credential_paths)
                .collect(),
            environment_file: unit.environment_file.as_ref().map(|file| file.path.clone()),
            credentials: unit
                .credentials
                .iter()
                .map(|file| format!("{0}:/etc/{1}/secrets/{0}", file.secret, site.name))
                .collect(),
            before_start: unit.before_start.iter().map(|argv| command(argv)).collect(),
            command: command(&unit.command),
            memory: unit.memory,
            cpu_percent: unit.cpus.map(percent),
            tasks: unit.tasks.unwrap_or(512),
            sandbox: sandbox::settings(unit)
                .into_iter()
                .map(|(key, value)| Setting {
                    key: key.to_owned(),
                    value,
                })
                .collect(),
            settings: unit
                .settings
                .iter()
                .map(|(key, value)| Setting {
                    key: one_line(key),
                    value: verbatim(value),
                })
                .collect(),
            installed: service && unit.calendar.is_empty(),
        }
    }
}

/// The program's path knows no variables, the words behind it do.
fn command(argv: &[String]) -> String {
    let first = argv.first().map(|program| word(program));
    first
        .into_iter()
        .chain(argv.iter().skip(1).map(|word| systemd_word(word)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A raw value on one line; a backslash at its end would join it with the next one.
fn verbatim(value: &str) -> String {
    let mut value = one_line(value);
    if value.ends_with('\\') {
        value.push(' ');
    }
    value
}

/// Hundredths of one processor.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count of processors is small and positive"
)]
fn percent(cpus: f64) -> u64 {
    (cpus * 100.0).round().max(1.0) as u64
}

/// `name.timer`.
#[derive(Serialize)]
pub(super) struct TimerView {
    origin: Pointer,
    description: String,
    calendar: Vec<String>,
}

impl TimerView {
    pub(super) fn new(unit: &Unit) -> Self {
        Self {
            origin: unit.origin.clone(),
            description: unit.description.clone(),
            calendar: unit.calendar.clone(),
        }
    }
}
