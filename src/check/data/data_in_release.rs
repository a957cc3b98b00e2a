//! Data in a folder that the next release replaces.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{DestinationPlace, Pointer, Service, Site};

pub(super) const RULE: Rule = Rule {
    code: "data-in-release",
    document: include_str!("data_in_release.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    // In a container the path is one of the container.
    let on_hosts = site.services.iter().filter(|service| service.runtime != "container");
    let data = on_hosts
        .flat_map(|service| &service.data)
        .map(|data| (data.path.as_str(), data.origin.child("path"), "data is written here"));
    let plans = site.hosts.iter().filter_map(|host| host.backup.as_ref());
    let backups = plans
        .flat_map(|plan| &plan.destinations)
        .filter_map(|destination| match &destination.place {
            DestinationPlace::Path(path) => {
                Some((path.as_str(), destination.origin.child("path"), "backups are kept here"))
            }
            _ => None,
        });
    let mut found: Vec<Diagnostic> = Vec::new();
    for (path, origin, what) in data.chain(backups) {
        for service in &site.services {
            found.extend(replaced(path, &origin, what, service));
        }
    }
    once(found)
}

fn replaced(path: &str, origin: &Pointer, what: &str, service: &Service) -> Option<Diagnostic> {
    let folder = &service.release.as_ref()?.dir;
    let rest = path.strip_prefix(folder.as_str())?.trim_start_matches('/');
    let first = rest.split('/').next().unwrap_or(rest);
    if first != "current" && first != "releases" {
        return None;
    }
    Some(
        Diagnostic::error(RULE.code, format!("`{path}` lies in a release of `{}`", service.name))
            .at(origin, what)
            .at(
                service.origin.child("release"),
                format!("`{folder}/current` leads to the release that runs"),
            )
            .why("The next release begins without it, and it is deleted with the old one.")
            .help(format!(
                "put it beside the releases, as in `{folder}/data`, or under `/var/lib`"
            )),
    )
}
