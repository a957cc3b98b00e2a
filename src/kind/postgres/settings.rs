//! `postgresql.conf`: what follows from the host and the clients, and then the manifest's own settings.

use serde::Serialize;

use super::sizing::Size;
use crate::kind::SiteNames;
use crate::manifest::services::Postgres;
use crate::manifest::values::Setting as Raw;
use crate::render::{Language, Rendered, render};
use crate::site::{Pointer, Setting};

/// What only this server's runtime knows.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) listen: String,
    pub(super) port: u16,
    /// Other settings, such as where files are.
    pub(super) own: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct View<'a> {
    settings: &'a [Setting],
}

/// The manifest's own settings have the last word.
pub(super) fn all(postgres: &Postgres, site: &SiteNames, origin: &Pointer, size: Size, place: Place) -> Vec<Setting> {
    let line = |origin: Pointer| {
        move |(name, value): (&str, String)| Setting {
            origin: origin.clone(),
            name: name.to_owned(),
            value,
        }
    };
    let mut settings = vec![("listen_addresses", place.listen), ("port", place.port.to_string())];
    settings.extend(place.own);
    let mut lines: Vec<Setting> = settings.into_iter().map(line(origin.clone())).collect();
    lines.extend(size.settings().into_iter().map(line(origin.child("limits"))));
    lines.extend(fixed(site).into_iter().map(line(origin.clone())));
    lines.extend(
        libraries(postgres)
            .map(|names| ("shared_preload_libraries", names))
            .map(line(origin.child("databases"))),
    );
    for (name, value) in &postgres.settings {
        for (key, value) in flatten(name.as_str(), value) {
            lines.retain(|line| !line.name.eq_ignore_ascii_case(&key));
            lines.push(Setting {
                origin: origin.child("settings").child(name.as_str()),
                name: key,
                value,
            });
        }
    }
    lines
}

pub(super) fn write(settings: &[Setting]) -> Rendered {
    render(
        Language::Postgres,
        "postgres/conf",
        include_str!("postgresql.conf.hbs"),
        &View { settings },
    )
}

/// What is the same on every host.
fn fixed(site: &SiteNames) -> Vec<(&'static str, String)> {
    let mut settings = vec![
        ("timezone", site.timezone.clone()),
        ("log_timezone", site.timezone.clone()),
    ];
    let same = [
        ("password_encryption", "scram-sha-256"),
        ("log_min_duration_statement", "1s"),
        ("log_checkpoints", "on"),
        ("log_lock_waits", "on"),
        ("log_temp_files", "10MB"),
        ("log_autovacuum_min_duration", "10min"),
        ("track_io_timing", "on"),
        ("idle_in_transaction_session_timeout", "10min"),
        ("client_connection_check_interval", "10s"),
    ];
    settings.extend(same.map(|(key, value)| (key, value.to_owned())));
    settings
}

/// Extensions that work only in a server that loaded them at its start.
fn libraries(postgres: &Postgres) -> Option<String> {
    let known = ["pg_cron", "pg_stat_statements", "timescaledb"];
    let mut wanted: Vec<&str> = known
        .into_iter()
        .filter(|name| {
            postgres
                .databases
                .values()
                .any(|database| database.extensions.iter().any(|extension| extension.as_str() == *name))
        })
        .collect();
    wanted.dedup();
    (!wanted.is_empty()).then(|| wanted.join(", "))
}

/// A map is for the settings of an extension: `auto_explain: {log_min_duration: 1s}`.
fn flatten(name: &str, value: &Raw) -> Vec<(String, String)> {
    match value {
        Raw::Map(map) => map
            .iter()
            .flat_map(|(key, value)| flatten(&format!("{name}.{key}"), value))
            .collect(),
        other => vec![(name.to_owned(), text(other))],
    }
}

fn text(value: &Raw) -> String {
    match value {
        Raw::Bool(true) => "on".to_owned(),
        Raw::Bool(false) => "off".to_owned(),
        Raw::Number(number) => number.to_string(),
        Raw::Text(text) => text.to_string(),
        Raw::List(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        Raw::Map(_) => String::new(),
    }
}

/// The manifest's `max_connections`, which others follow.
pub(super) fn max_connections(postgres: &Postgres) -> Option<u32> {
    let (_, value) = postgres
        .settings
        .iter()
        .find(|(name, _)| name.as_str().eq_ignore_ascii_case("max_connections"))?;
    text(value).parse().ok()
}
