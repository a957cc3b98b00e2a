//! Paths that do not last.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{DestinationPlace, Host, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "volatile-path",
    document: include_str!("volatile_path.md"),
    find,
};

const VOLATILE: [(&str, &str); 5] = [
    ("/tmp", "is emptied by the system"),
    ("/var/tmp", "is swept by the system"),
    ("/run", "is in memory"),
    ("/var/run", "is in memory"),
    ("/dev/shm", "is in memory"),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    once(site.hosts.iter().flat_map(|host| {
        kept(host).into_iter().filter_map(|(origin, path, what)| {
            let (folder, why) = VOLATILE.iter().find(|(folder, _)| {
                path.strip_prefix(folder)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })?;
            Some(
                Diagnostic::error(RULE.code, format!("{what} in `{path}` do not last"))
                    .at(origin, format!("`{folder}` {why}"))
                    .why("It works until the next restart or the next sweep; then it is empty.")
                    .help(format!(
                        "write a path that lasts, such as `/var/lib/{}` for data or `/opt/{}` for releases",
                        site.name, site.name
                    )),
            )
        })
    }))
}

/// What is to last on a host: where it is said, the path, and what it is.
fn kept(host: &Host) -> Vec<(Pointer, &str, &'static str)> {
    let mut kept = Vec::new();
    for directory in &host.directories {
        let segments: Vec<_> = directory.origin.segments().collect();
        let Some(key) = segments.get(2) else { continue };
        match (segments[0].as_ref(), key.as_ref()) {
            // The folder around it and those within it come from the same place of the manifest.
            ("services", "release") => {
                if let Some(folder) = directory.path.strip_suffix("/releases") {
                    kept.push((directory.origin.clone(), folder, "releases"));
                }
            }
            ("services", "data") => kept.push((directory.origin.clone(), directory.path.as_str(), "data")),
            _ => {}
        }
    }
    let destinations = host.backup.iter().flat_map(|plan| &plan.destinations);
    kept.extend(destinations.filter_map(|destination| match &destination.place {
        DestinationPlace::Path(path) => Some((destination.origin.clone(), path.as_str(), "backups")),
        _ => None,
    }));
    kept
}
