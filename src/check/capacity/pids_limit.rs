//! PostgreSQL servers that may not start a process for each connection.

use crate::check::Rule;
use crate::check::sizes;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "pids-limit",
    document: include_str!("pids_limit.md"),
    find,
};

/// Beside those of connections: the server itself, checkpointer, writers, launchers, and three workers of autovacuum.
const OWN: u64 = 10;

fn find(site: &Site) -> Vec<Diagnostic> {
    let servers = site.services.iter().filter(|service| service.kind == "postgres");
    servers
        .filter_map(|service| {
            let configuration = service.configuration.as_ref()?;
            let pids = u64::from(configuration.pids?);
            let (connections, setting) = sizes::number(configuration, "max_connections")?;
            let needed = connections.saturating_add(OWN);
            (pids < needed).then(|| {
                let title = format!(
                    "`{}` may start {pids} processes, and needs one for each of {connections} connections",
                    service.name
                );
                Diagnostic::error(RULE.code, title)
                    .at(service.origin.child("limits").child("pids"), "this limit")
                    .at(&setting.origin, format!("`max_connections` is {connections}"))
                    .why("PostgreSQL cannot fork beyond it: connections fail when the site is busiest, and autovacuum with them.")
                    .help(format!("write `pids: {}` or more, or leave it out", needed + 50))
            })
        })
        .collect()
}
