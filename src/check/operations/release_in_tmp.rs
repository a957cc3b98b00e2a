//! Programs that are gone one day.

use crate::check::Rule;
use crate::check::folders::is_within;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "release-in-tmp",
    document: include_str!("release_in_tmp.md"),
    find,
};

const FOLDERS: [(&str, &str); 5] = [
    ("/tmp", "units have one of their own, and it is swept"),
    ("/var/tmp", "units have one of their own, and it is swept"),
    ("/run", "it is in memory"),
    ("/var/run", "it is in memory"),
    ("/dev/shm", "it is in memory"),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let releases = site
        .services
        .iter()
        .filter_map(|service| Some((service, service.release.as_ref()?.dir.as_str())));
    releases
        .filter_map(|(service, path)| {
            let (_, why) = FOLDERS.iter().find(|(folder, _)| is_within(path, folder))?;
            Some(
                Diagnostic::error(
                    RULE.code,
                    format!("the releases of `{}` do not last in `{path}`", service.name),
                )
                .at(service.origin.child("release").child("dir"), *why)
                .why("The program is not found there, at the latest after the next restart of the host.")
                .help(format!("write `release: {{dir: /opt/{}/{}}}`", site.name, service.name)),
            )
        })
        .collect()
}
