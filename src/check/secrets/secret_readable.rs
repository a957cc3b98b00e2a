//! Files with secrets that every user of a host can read.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{ConfigFile, Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "secret-readable",
    document: include_str!("secret_readable.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for host in &site.hosts {
        let files = host
            .files
            .iter()
            .filter(|file| file.verbatim && file.content.contains("{{secret:"));
        for file in files.filter(|file| file.mode & 0o004 != 0 && !is_closed(host, file)) {
            let Some(origin) = file.origins.first() else { continue };
            // The user within a container has no name here, so its files may have to be open.
            let of_container = site
                .services
                .iter()
                .any(|service| service.runtime == "container" && origin.is_within(&service.origin));
            let finding = Diagnostic::warning(RULE.code, format!("every user can read `{}`, which holds a secret", file.path))
                .at(origin.child("mode"), format!("mode {:04o}", file.mode))
                .why("Each service runs as a user of its own so that one that is broken into does not have the secrets of the others.")
                .help("leave `mode` out, or write `mode: \"0640\"` with the `group` that must read it");
            if !of_container {
                found.push(finding);
            }
        }
    }
    once(found)
}

/// A folder above it lets nobody else in.
fn is_closed(host: &Host, file: &ConfigFile) -> bool {
    host.directories.iter().any(|directory| {
        directory.mode & 0o001 == 0
            && file
                .path
                .strip_prefix(&directory.path)
                .is_some_and(|rest| rest.starts_with('/'))
    })
}
