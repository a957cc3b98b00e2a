//! Names that are put together.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "name-too-long",
    document: include_str!("name_too_long.md"),
    find,
};

/// What systemd-sysusers takes.
const USER: usize = 31;
/// A label of a host name.
const HOST: usize = 63;

fn find(site: &Site) -> Vec<Diagnostic> {
    let users = site.hosts.iter().flat_map(|host| &host.users).filter_map(|user| {
        (user.name.len() > USER).then(|| {
            finding(
                &format!("user `{}`", user.name),
                &user.origin,
                user.name.len(),
                USER,
                "name the site or the service shorter, or give the service a `user`",
            )
        })
    });
    let containers = site
        .hosts
        .iter()
        .flat_map(|host| &host.containers)
        .filter_map(|container| {
            (container.name.len() > HOST).then(|| {
                finding(
                    &format!("container `{}`", container.name),
                    &container.origin,
                    container.name.len(),
                    HOST,
                    "name the service or the process shorter",
                )
            })
        });
    once(users.chain(containers))
}

fn finding(what: &str, origin: &Pointer, length: usize, most: usize, help: &str) -> Diagnostic {
    Diagnostic::error(
        RULE.code,
        format!("{what} has {length} characters, and may have {most}"),
    )
    .at_key(origin, "this service's")
    .why("The system refuses the name, and the installation stops there.")
    .help(help)
}
