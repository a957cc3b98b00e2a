//! Databases that a power failure ends.

use crate::check::Rule;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "not-durable",
    document: include_str!("not_durable.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let servers = site
        .services
        .iter()
        .filter(|service| service.kind == "postgres" && service.version.is_some());
    servers
        .flat_map(|service| {
            let settings = service.origin.child("settings");
            service.settings.iter().filter_map(move |(key, value)| {
                let lower = key.to_ascii_lowercase();
                let off = raw::word(value).is_some_and(|word| raw::is_off(&word));
                (matches!(lower.as_str(), "fsync" | "full_page_writes") && off).then(|| {
                    Diagnostic::error(
                        RULE.code,
                        format!("a power failure may destroy the data of `{}`", service.name),
                    )
                    .at(settings.child(key), "what is written stays in memory")
                    .why("The database may not start again afterwards, and a backup is older than what was lost.")
                    .help("remove it; `synchronous_commit: off` is nearly as fast and keeps the database whole")
                })
            })
        })
        .collect()
}
