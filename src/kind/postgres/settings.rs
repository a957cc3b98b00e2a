//! `postgresql.conf`: what follows from the host and the clients, and then the manifest's own settings.

use serde::Serialize;

use super::sizing::Size;
use crate::kind::SiteNames;
use crate::manifest::services::Postgres;
use crate::manifest::values::Setting;
use crate::render::{Language, Rendered, render};
use crate::site::Pointer;

/// What only this server's runtime knows.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) listen: String,
    pub(super) port: u16,
    /// Other settings, such as where files are.
    pub(super) own: Vec<(&'static str, String)>,
}

#[derive(Serialize)]
struct View {
    origin: Pointer,
    settings: Vec<Line>,
    raw_origin: Pointer,
    raw: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    key: String,
    value: String,
}

pub(super) fn write(postgres: &Postgres, site: &SiteNames, origin: &Pointer, size: Size, place: Place) -> Rendered {
    let raw: Vec<Line> = postgres
        .settings
        .iter()
        .flat_map(|(name, value)| flatten(name.as_str(), value))
        .map(|(key, value)| Line { key, value })
        .collect();
    let mut settings = vec![("listen_addresses", place.listen), ("port", place.port.to_string())];
    settings.extend(place.own);
    settings.extend(size.settings());
    settings.extend([
        ("password_encryption", "scram-sha-256".to_owned()),
        ("timezone", site.timezone.clone()),
        ("log_timezone", site.timezone.clone()),
        ("log_min_duration_statement", "1s".to_owned()),
        ("log_checkpoints", "on".to_owned()),
        ("log_lock_waits", "on".to_owned()),
        ("log_temp_files", "10MB".to_owned()),
        ("log_autovacuum_min_duration", "10min".to_owned()),
        ("track_io_timing", "on".to_owned()),
        ("idle_in_transaction_session_timeout", "10min".to_owned()),
        ("client_connection_check_interval", "10s".to_owned()),
    ]);
    if let Some(libraries) = libraries(postgres) {
        settings.push(("shared_preload_libraries", libraries));
    }
    let settings = settings
        .into_iter()
        .filter(|(key, _)| !raw.iter().any(|line| line.key.eq_ignore_ascii_case(key)))
        .map(|(key, value)| Line {
            key: key.to_owned(),
            value,
        })
        .collect();
    let view = View {
        origin: origin.clone(),
        settings,
        raw_origin: origin.child("settings"),
        raw,
    };
    render(
        Language::Postgres,
        "postgres/conf",
        include_str!("postgresql.conf.hbs"),
        &view,
    )
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
fn flatten(name: &str, value: &Setting) -> Vec<(String, String)> {
    match value {
        Setting::Map(map) => map
            .iter()
            .flat_map(|(key, value)| flatten(&format!("{name}.{key}"), value))
            .collect(),
        other => vec![(name.to_owned(), text(other))],
    }
}

fn text(value: &Setting) -> String {
    match value {
        Setting::Bool(true) => "on".to_owned(),
        Setting::Bool(false) => "off".to_owned(),
        Setting::Number(number) => number.to_string(),
        Setting::Text(text) => text.to_string(),
        Setting::List(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        Setting::Map(_) => String::new(),
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
