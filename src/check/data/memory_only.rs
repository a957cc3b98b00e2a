//! Redis servers that are empty after a restart, though what they hold is to be kept.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Configuration, Setting, Site};

pub(super) const RULE: Rule = Rule {
    code: "memory-only",
    document: include_str!("memory_only.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let servers = site
        .services
        .iter()
        .filter(|service| service.kind == "redis" && service.stateful);
    servers
        .filter_map(|service| {
            let (appended, saved) = unwritten(service.configuration.as_ref()?)?;
            Some(
                Diagnostic::error(RULE.code, format!("`{}` writes nothing to its disk", service.name))
                    .at(&appended.origin, "no log of changes")
                    .at(&saved.origin, "no snapshots")
                    .at(service.origin.child("backup"), "what it holds is to be kept")
                    .why("It is empty after each restart, as after an update: what came since the last backup is gone.")
                    .help("leave `appendonly` out, which is `yes`, or leave `backup` out if it is a cache"),
            )
        })
        .collect()
}

/// The settings that turn both ways of writing off. Without a word on `save` there are snapshots.
fn unwritten(configuration: &Configuration) -> Option<(&Setting, &Setting)> {
    let appended = configuration.setting("appendonly")?;
    let saves = || {
        configuration
            .settings
            .iter()
            .filter(|setting| setting.name.eq_ignore_ascii_case("save"))
    };
    let is_empty = |setting: &&Setting| matches!(setting.value.trim(), "" | "\"\"" | "''");
    (appended.value == "no" && saves().all(|setting| is_empty(&setting)))
        .then(|| saves().next())
        .flatten()
        .map(|saved| (appended, saved))
}
