//! Names that several containers are to have.

use std::collections::BTreeMap;

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::{Container, Site};

pub(super) const RULE: Rule = Rule {
    code: "fixed-container-name",
    document: include_str!("fixed_container_name.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    once(site.hosts.iter().flat_map(|host| {
        let mut named: BTreeMap<String, &Container> = BTreeMap::new();
        let mut found = Vec::new();
        for container in &host.containers {
            let name = container.settings.get("container_name").and_then(raw::word);
            let Some(name) = name else { continue };
            let origin = |container: &Container| raw::settings(&container.service).child("container_name");
            let Some(first) = named.get(&name).copied() else {
                named.insert(name, container);
                continue;
            };
            let finding = Diagnostic::error(RULE.code, format!("two containers would be named `{name}`"))
                .at(origin(container), format!("the name of `{}`", container.name));
            let finding = if first.service == container.service {
                finding.at_key(
                    &container.origin,
                    format!("and of `{}`, as it has several instances", first.name),
                )
            } else {
                finding.at(origin(first), format!("and of `{}`", first.name))
            };
            found.push(
                finding
                    .why("The engine refuses the second one, and compose stops there.")
                    .help("remove `container_name`: each container has a name of its own"),
            );
        }
        // More than two say no more than two.
        found.truncate(1);
        found
    }))
}
