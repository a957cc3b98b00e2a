//! Containers that cannot be made.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Container, Mount, Site};

pub(super) const RULE: Rule = Rule {
    code: "mounted-twice",
    document: include_str!("mounted_twice.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let containers = site.hosts.iter().flat_map(|host| &host.containers);
    once(containers.filter_map(|container| {
        let (path, first, second) = twice(container)?;
        Some(
            Diagnostic::error(
                RULE.code,
                format!(
                    "{first} and {second} would both be at `{path}` of `{}`",
                    container.service
                ),
            )
            .at_key(&container.origin, "in this service's containers")
            .why("The engine refuses to make a container with two things at one place.")
            .help("give one of them another path"),
        )
    }))
}

/// A path that two mounts have, and what they are.
fn twice(container: &Container) -> Option<(String, String, String)> {
    let raw = |key: &str| container.settings.contains_key(key);
    let mounts = container
        .mounts
        .iter()
        .filter(|_| !raw("volumes"))
        .map(|mount| match mount {
            Mount::Volume { name, target } => (target.as_str(), format!("volume `{name}`")),
            Mount::Bind { source, target, .. } => (target.as_str(), format!("`{source}` of the host")),
        });
    let memory = container.tmpfs.iter().filter(|_| !raw("tmpfs")).map(|tmpfs| {
        let path = tmpfs.split(':').next().unwrap_or(tmpfs);
        (path, "a folder in memory".to_owned())
    });
    let mut seen: Vec<(&str, String)> = Vec::new();
    for (path, what) in memory.chain(mounts) {
        let path = path.trim_end_matches('/');
        if let Some((_, first)) = seen.iter().find(|(known, _)| *known == path) {
            return Some((path.to_owned(), first.clone(), what));
        }
        seen.push((path, what));
    }
    None
}
