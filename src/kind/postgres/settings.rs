//! `postgresql.conf` by the host's size, after PGTune's formulas; the manifest's own settings have the last word.

use std::collections::BTreeMap;

use super::super::Client;
use crate::manifest::services::{Limits, Postgres, PostgresTls};
use crate::manifest::values::Setting;
use crate::render::escape::single_quoted;

const MIB: u64 = 1 << 20;

/// What the server has to itself.
pub(super) struct Room {
    pub(super) memory: u64,
    pub(super) cpus: u32,
}

/// Its limits, or a quarter of the host where it has none.
pub(super) fn room(limits: &Limits, memory: u64, cpus: u32) -> Room {
    Room {
        memory: limits.memory.map_or(memory / 4, |memory| memory.get()).max(256 * MIB),
        cpus: limits
            .cpus
            .map_or(cpus, |cpus| cpus.thousandths().div_ceil(1000))
            .max(1),
    }
}

/// Settings by name, each in PostgreSQL's own spelling and quoted.
pub(super) fn settings(
    section: &Postgres,
    room: &Room,
    clients: &[Client],
    listen: &str,
    port: u16,
) -> Vec<(String, String)> {
    let pools: u32 = clients
        .iter()
        .map(|client| client.pool.unwrap_or(10).saturating_mul(client.instances))
        .sum();
    let connections = pools.saturating_add(20).div_ceil(10).saturating_mul(10).max(100);
    let shared = (room.memory / 4 / MIB).max(64);
    let workers = room.cpus.max(2);
    let work = ((room.memory / MIB - shared) * 1024 / (u64::from(connections + workers) * 3)).max(4096);
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut put = |name: &str, value: String| all.insert(name.to_owned(), value);
    put("listen_addresses", listen.to_owned());
    put("port", port.to_string());
    put("max_connections", connections.to_string());
    put("shared_buffers", format!("{shared}MB"));
    put("effective_cache_size", format!("{}MB", room.memory / MIB * 3 / 4));
    put(
        "maintenance_work_mem",
        format!("{}MB", (room.memory / 16 / MIB).clamp(16, 2048)),
    );
    put("work_mem", format!("{work}kB"));
    put("huge_pages", if shared >= 2048 { "try" } else { "off" }.into());
    put("min_wal_size", "1GB".into());
    put("max_wal_size", "4GB".into());
    put("wal_compression", "lz4".into());
    put("max_slot_wal_keep_size", "8GB".into());
    put("checkpoint_completion_target", "0.9".into());
    put("random_page_cost", "1.1".into());
    put("effective_io_concurrency", "200".into());
    put("jit", "off".into());
    put("max_worker_processes", room.cpus.max(8).to_string());
    put("max_parallel_workers", room.cpus.to_string());
    put(
        "max_parallel_workers_per_gather",
        (room.cpus / 2).clamp(0, 4).to_string(),
    );
    put("password_encryption", "scram-sha-256".into());
    put(
        "ssl",
        if section.tls == Some(PostgresTls::Off) {
            "off"
        } else {
            "on"
        }
        .into(),
    );
    put("ssl_min_protocol_version", "TLSv1.2".into());
    put("idle_in_transaction_session_timeout", "10min".into());
    put("log_min_duration_statement", "1s".into());
    put("log_checkpoints", "on".into());
    put("log_lock_waits", "on".into());
    put("log_temp_files", "10MB".into());
    put("log_autovacuum_min_duration", "10s".into());
    put("log_line_prefix", "%m [%p] %q%u@%d ".into());
    put("timezone", "UTC".into());
    for (name, value) in &section.settings {
        all.insert(name.to_string(), text(value));
    }
    all.into_iter()
        .map(|(name, value)| (name, single_quoted(&value)))
        .collect()
}

fn text(setting: &Setting) -> String {
    match setting {
        Setting::Bool(flag) => if *flag { "on" } else { "off" }.into(),
        Setting::Number(number) => number.to_string(),
        Setting::Text(text) => text.to_string(),
        Setting::List(list) => list.iter().map(text).collect::<Vec<_>>().join(","),
        Setting::Map(_) => String::new(),
    }
}
