//! What a change of each file does, and what came in as it is.

use std::collections::BTreeMap;

use super::table::table;
use super::{Emission, Section, listed};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Host, UnitKind};

pub(super) fn changes(all: &Emission) -> String {
    let mut effects: BTreeMap<&str, &str> = BTreeMap::new();
    for action in &all.actions {
        effects.entry(&action.name).or_insert(&action.effect);
    }
    let rows: Vec<_> = all
        .artifacts
        .iter()
        .map(|artifact| {
            let done = artifact.actions.iter().map(|name| match effects.get(name.as_str()) {
                Some(effect) if !effect.is_empty() => text(effect),
                _ => code(name),
            });
            let mark = if artifact.needs_secrets() { "yes" } else { "–" };
            [
                code(&artifact.path),
                artifact.set.to_owned(),
                mark.to_owned(),
                listed(done),
            ]
        })
        .collect();
    let rows = table(["File", "Set", "Secrets", "A change of it"], &rows);
    format!(
        "## What a change does\n\n{rows}\nWhere nothing stands, the file counts from its next use on. `sitewright explain` with a \
         file of `rootfs/` says which lines of the manifest it was made from.\n"
    )
}

/// Escape hatches: what stands in the bundle as its author wrote it.
pub(super) fn verbatim(host: &Host, all: &Emission) -> Section {
    let mut lines: Vec<String> = all
        .artifacts
        .iter()
        .filter(|artifact| artifact.verbatim)
        .map(|artifact| {
            let origins = artifact.origins.iter().map(|origin| code(&origin.dotted()));
            format!("- {}, from {}", code(&artifact.path), listed(origins))
        })
        .collect();
    for unit in &host.units {
        // A job's time limit is no escape hatch.
        let is_limit = |name: &str| unit.kind == UnitKind::Oneshot && name == "TimeoutStartSec";
        let names: Vec<String> = unit
            .settings
            .iter()
            .filter(|(name, _)| !is_limit(name))
            .map(|(name, _)| code(name))
            .collect();
        if !names.is_empty() {
            lines.push(format!(
                "- settings of the unit {}: {}",
                code(&unit.name),
                names.join(", ")
            ));
        }
    }
    lines.extend(
        host.containers
            .iter()
            .filter(|container| !container.settings.is_empty())
            .map(|container| {
                let names = container.settings.keys().map(|name| code(name));
                format!(
                    "- settings of the container {}: {}",
                    code(&container.name),
                    listed(names)
                )
            }),
    );
    lines.dedup();
    (!lines.is_empty()).then(|| {
        format!(
            "## Taken over as written\n\nSitewright put these in place and does not know what they say; look here first when something \
             surprises.\n\n{}\n",
            lines.join("\n")
        )
    })
}
