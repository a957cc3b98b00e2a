//! PostgreSQL servers that give their own cache what the operating system's should have.

use crate::check::Rule;
use crate::check::sizes::{self, BLOCK, size};
use crate::diag::Diagnostic;
use crate::site::{Configuration, Site};

pub(super) const RULE: Rule = Rule {
    code: "shared-buffers",
    document: include_str!("shared_buffers.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let servers = site.services.iter().filter(|service| service.kind == "postgres");
    servers
        .filter_map(|service| {
            let configuration = service.configuration.as_ref()?;
            let (bytes, setting) = sizes::setting(configuration, "shared_buffers", BLOCK)?;
            if !is_too_large(configuration) {
                return None;
            }
            let (shared, limit) = (size(bytes), size(configuration.memory));
            let title = format!("`shared_buffers` of `{}` is {shared}, and it may use {limit}", service.name);
            let (finding, why) = if bytes >= configuration.memory {
                (
                    Diagnostic::error(RULE.code, title),
                    "The server is killed once it has touched as much of it as it may use.",
                )
            } else {
                (
                    Diagnostic::warning(RULE.code, title),
                    "Above 40% connections and the operating system's cache, which PostgreSQL relies on, have too little left.",
                )
            };
            Some(
                finding
                    .at(&setting.origin, shared)
                    .at(service.origin.child("limits").child("memory"), format!("{limit} in all"))
                    .why(why)
                    .help(format!(
                        "write `shared_buffers: {}MB`, leave it out, or raise `limits.memory`",
                        (configuration.memory / 4) >> 20
                    )),
            )
        })
        .collect()
}

/// More than the 40% of memory above which PostgreSQL's own documentation expects no gain.
pub(super) fn is_too_large(configuration: &Configuration) -> bool {
    sizes::setting(configuration, "shared_buffers", BLOCK)
        .is_some_and(|(bytes, _)| bytes / 2 > configuration.memory / 5)
}
