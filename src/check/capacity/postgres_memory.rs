//! PostgreSQL servers that may take more memory than they have.

use super::shared_buffers;
use crate::check::Rule;
use crate::check::sizes::{self, BLOCK, KIB, size};
use crate::diag::Diagnostic;
use crate::site::{Configuration, Service, Setting, Site};

pub(super) const RULE: Rule = Rule {
    code: "postgres-memory",
    document: include_str!("postgres_memory.md"),
    find,
};

/// Connections of a pool that nothing is said of, and those beside pools, as the server is sized by.
const POOL: u32 = 10;
const SPARE: u64 = 10;
/// Workers of autovacuum, unless a setting says otherwise.
const WORKERS: u64 = 3;

fn find(site: &Site) -> Vec<Diagnostic> {
    let servers = site.services.iter().filter(|service| service.kind == "postgres");
    servers
        .filter_map(|service| over(site, service, service.configuration.as_ref()?))
        .collect()
}

/// Connections that are opened at most: those of the pools that lead here, and some for jobs and people.
fn opened(site: &Site, service: &Service) -> u64 {
    let users = site.links.iter().filter(|link| link.to == service.name);
    let pools = users.map(|link| {
        let from = site.services.iter().filter(|other| other.name == link.from);
        let instances = from.map(|other| other.instances.len()).sum::<usize>();
        u64::from(link.pool.unwrap_or(POOL)).saturating_mul(instances as u64)
    });
    pools.fold(SPARE, u64::saturating_add)
}

/// What one part of the server takes, and the settings that it follows from.
struct Share<'a> {
    bytes: u64,
    settings: Vec<(&'a Setting, String)>,
}

fn over(site: &Site, service: &Service, configuration: &Configuration) -> Option<Diagnostic> {
    if shared_buffers::is_too_large(configuration) {
        return None;
    }
    let shares = shares(configuration, opened(site, service))?;
    let total = shares.iter().fold(0_u64, |sum, share| sum.saturating_add(share.bytes));
    let raw = service.origin.child("settings");
    // What follows from the limit fits into it, or else the limit is for another rule.
    let settings = shares.iter().flat_map(|share| &share.settings);
    let written: Vec<&(&Setting, String)> = settings.filter(|(setting, _)| setting.origin.is_within(&raw)).collect();
    if total <= configuration.memory || written.is_empty() {
        return None;
    }
    let (most, limit) = (size(total), size(configuration.memory));
    let title = format!(
        "`{}` may use {limit} of memory, and its settings allow {most}",
        service.name
    );
    let finding = Diagnostic::warning(RULE.code, title).at(service.origin.child("limits").child("memory"), limit);
    let finding = written.iter().fold(finding, |finding, (setting, text)| {
        finding.at(&setting.origin, text.as_str())
    });
    Some(
        finding
            .why("Under load the kernel kills a process of the server, and with it every connection is lost.")
            .help("lower these or the pools, raise `limits.memory`, or leave them out: they follow from the limit and from who connects"),
    )
}

/// The least that a busy server takes: one sort for each connection, though a query may have several.
fn shares(configuration: &Configuration, opened: u64) -> Option<Vec<Share<'_>>> {
    let (shared, shared_setting) = sizes::setting(configuration, "shared_buffers", BLOCK)?;
    let (work, work_setting) = sizes::setting(configuration, "work_mem", KIB)?;
    let connections = sizes::number(configuration, "max_connections").map_or(opened, |(most, _)| most.min(opened));
    let (maintenance, maintenance_setting) = sizes::setting(configuration, "autovacuum_work_mem", KIB)
        .or_else(|| sizes::setting(configuration, "maintenance_work_mem", KIB))?;
    let workers = sizes::number(configuration, "autovacuum_max_workers").map_or(WORKERS, |(workers, _)| workers);
    Some(vec![
        Share {
            bytes: shared,
            settings: vec![(shared_setting, format!("{} shared by all", size(shared)))],
        },
        Share {
            bytes: work.saturating_mul(connections),
            settings: vec![(
                work_setting,
                format!("{} for each of {connections} connections", size(work)),
            )],
        },
        Share {
            bytes: maintenance.saturating_mul(workers),
            settings: vec![(
                maintenance_setting,
                format!("{} for each of {workers} workers", size(maintenance)),
            )],
        },
    ])
}
