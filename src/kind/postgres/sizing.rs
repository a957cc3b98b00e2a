//! How much of everything a server gets: PGTune's formulas for a web application on SSDs, from the memory it may use.

use super::roles::Login;
use super::settings;
use crate::kind::server::Budget;
use crate::manifest::services::Postgres;
use crate::site::Host;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// Connections of a client whose manifest does not say how large its pool is.
pub(super) const POOL: u32 = 10;
/// Connections beside those of clients: backups, jobs, people, and the three that PostgreSQL keeps for superusers.
pub(super) const SPARE: u32 = 10;

/// What a server is sized by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) budget: Budget,
    /// Bytes; 0 where it is not known.
    pub(super) disk: u64,
    pub(super) major: u32,
    /// Connections that clients may open together.
    pub(super) demand: u32,
    /// The manifest's own, where it sets them; what follows from them follows.
    pub(super) max_connections: Option<u32>,
    /// `max_worker_processes` of the largest member, where there are standbys.
    pub(super) workers: Option<u32>,
}

impl Size {
    pub(super) fn new(postgres: &Postgres, major: u32, budget: Budget, host: &Host, logins: &[Login<'_>]) -> Self {
        Self {
            budget,
            disk: host.disk,
            major,
            demand: logins.iter().map(Login::demand).fold(0, u32::saturating_add),
            max_connections: settings::max_connections(postgres),
            workers: None,
        }
    }

    /// `max_worker_processes`: PostgreSQL's own default, unless there are processors for a better one.
    pub(super) fn workers(budget: Budget) -> u32 {
        let cpus = budget.whole_cpus();
        if cpus >= 4 { cpus } else { 8 }
    }

    pub(super) fn connections(self) -> u32 {
        self.max_connections
            .unwrap_or_else(|| (self.demand + SPARE).max(100).div_ceil(10) * 10)
    }

    pub(super) fn settings(self) -> Vec<(&'static str, String)> {
        let memory = self.budget.memory;
        let cpus = self.budget.whole_cpus();
        let shared = memory / 4;
        let workers = Self::workers(self.budget);
        let work = ((memory - shared) / (u64::from(self.connections() + workers) * 3)).max(4 * MIB);
        let wal = if self.disk == 0 {
            4 * GIB
        } else {
            (self.disk / 20).clamp(256 * MIB, 4 * GIB)
        };
        let mut settings = vec![
            ("max_connections", self.connections().to_string()),
            ("shared_buffers", size(shared)),
            ("effective_cache_size", size(memory / 4 * 3)),
            ("maintenance_work_mem", size((memory / 16).min(2 * GIB))),
            ("work_mem", size(work)),
            ("huge_pages", if shared >= 2 * GIB { "try" } else { "off" }.to_owned()),
            ("min_wal_size", size(wal / 4)),
            ("max_wal_size", size(wal)),
            ("wal_buffers", size((shared * 3 / 100).clamp(MIB, 16 * MIB))),
            (
                "wal_compression",
                if self.major >= 15 { "lz4" } else { "on" }.to_owned(),
            ),
            ("max_slot_wal_keep_size", size(wal * 2)),
            ("checkpoint_completion_target", "0.9".to_owned()),
            ("default_statistics_target", "100".to_owned()),
            ("random_page_cost", "1.1".to_owned()),
            ("effective_io_concurrency", "200".to_owned()),
            ("jit", "off".to_owned()),
        ];
        let most = self.workers.or((cpus >= 4).then_some(workers));
        settings.extend(most.map(|most| ("max_worker_processes", most.to_string())));
        if cpus >= 4 {
            let half = (cpus / 2).min(4).to_string();
            settings.extend([
                ("max_parallel_workers", cpus.to_string()),
                ("max_parallel_workers_per_gather", half.clone()),
                ("max_parallel_maintenance_workers", half),
            ]);
        }
        settings
    }
}

/// In PostgreSQL's units, which are powers of two; whole megabytes from 8 MB on.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes % GIB == 0 => format!("{}GB", bytes / GIB),
        bytes if bytes >= 8 * MIB => format!("{}MB", bytes / MIB),
        bytes => format!("{}kB", bytes / KIB),
    }
}
