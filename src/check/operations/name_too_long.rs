//! Names that are put together.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::Site;

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
    let users = site.hosts.iter().flat_map(|host| &host.users).map(|user| {
        let help = "name the site or the service shorter, or give the service a `user`";
        (
            format!("user `{}`", user.name),
            user.name.len(),
            USER,
            &user.origin,
            help,
        )
    });
    let containers = site.hosts.iter().flat_map(|host| &host.containers).map(|container| {
        let help = "name the service or the process shorter";
        let what = format!("container `{}`", container.name);
        (what, container.name.len(), HOST, &container.origin, help)
    });
    once(
        users
            .chain(containers)
            .filter(|(_, length, most, ..)| length > most)
            .map(|(what, length, most, origin, help)| {
                Diagnostic::error(
                    RULE.code,
                    format!("{what} has {length} characters, and may have {most}"),
                )
                .at_key(origin, "this service's")
                .why("The system refuses the name, and the installation stops there.")
                .help(help)
            }),
    )
}
