//! Sizes and times in a spelling that PostgreSQL does not read.

use crate::check::Rule;
use crate::check::sizes;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "postgres-unit",
    document: include_str!("postgres_unit.md"),
    find,
};

const SIZES: &[&str] = &[
    "autovacuum_work_mem",
    "effective_cache_size",
    "log_rotation_size",
    "log_temp_files",
    "logical_decoding_work_mem",
    "maintenance_work_mem",
    "max_slot_wal_keep_size",
    "max_stack_depth",
    "max_wal_size",
    "min_wal_size",
    "shared_buffers",
    "temp_buffers",
    "temp_file_limit",
    "wal_buffers",
    "wal_keep_size",
    "work_mem",
];
const TIMES: &[&str] = &[
    "archive_timeout",
    "authentication_timeout",
    "autovacuum_naptime",
    "checkpoint_timeout",
    "client_connection_check_interval",
    "deadlock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "lock_timeout",
    "log_autovacuum_min_duration",
    "log_min_duration_sample",
    "log_min_duration_statement",
    "log_rotation_age",
    "max_standby_archive_delay",
    "max_standby_streaming_delay",
    "statement_timeout",
    "tcp_keepalives_idle",
    "tcp_keepalives_interval",
    "transaction_timeout",
    "wal_receiver_timeout",
    "wal_sender_timeout",
];
const SIZE_UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
const TIME_UNITS: [&str; 6] = ["us", "ms", "s", "min", "h", "d"];

fn find(site: &Site) -> Vec<Diagnostic> {
    let servers = site.services.iter().filter(|service| service.kind == "postgres");
    let settings = servers.flat_map(|service| service.configuration.iter().flat_map(|all| &all.settings));
    settings
        .filter_map(|setting| {
            let has = |names: &[&str]| names.iter().any(|name| setting.name.eq_ignore_ascii_case(name));
            let units: &[&str] = match () {
                () if has(SIZES) => &SIZE_UNITS,
                () if has(TIMES) => &TIME_UNITS,
                () => return None,
            };
            let (number, unit) = sizes::parts(&setting.value)?;
            if unit.is_empty() || units.contains(&unit) {
                return None;
            }
            let help = meant(unit).filter(|meant| units.contains(meant)).map_or_else(
                || format!("its units are {}", units.join(", ")),
                |unit| format!("write `{}: {number}{unit}`; its units are {}", setting.name, units.join(", ")),
            );
            Some(
                Diagnostic::error(RULE.code, format!("PostgreSQL has no unit `{unit}` for `{}`", setting.name))
                    .at(&setting.origin, format!("`{}`", setting.value))
                    .why("Raw settings keep the program's own spelling, of capitals too; with a unit that it does not know the server does not start.")
                    .help(help),
            )
        })
        .collect()
}

/// The unit of PostgreSQL that somebody had in mind.
fn meant(unit: &str) -> Option<&'static str> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "k" | "kb" | "kib" => "kB",
        "m" | "mb" | "mib" => "MB",
        "g" | "gb" | "gib" => "GB",
        "t" | "tb" | "tib" => "TB",
        "sec" | "secs" | "second" | "seconds" => "s",
        "mins" | "minute" | "minutes" => "min",
        "hour" | "hours" | "hr" => "h",
        "day" | "days" => "d",
        "msec" | "millis" | "milliseconds" => "ms",
        _ => return None,
    })
}
