//! Two hosts that would be one machine.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "same-address",
    document: include_str!("same_address.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, host) in site.hosts.iter().enumerate() {
        // Public addresses may be of a router before several hosts.
        let Some(address) = host.private.map(|net| net.addr()) else {
            continue;
        };
        let same = |other: &&crate::site::Host| other.private.is_some_and(|net| net.addr() == address);
        let Some(other) = site.hosts[..index].iter().find(same) else {
            continue;
        };
        found.push(
            Diagnostic::error(
                RULE.code,
                format!("hosts `{}` and `{}` have the same address", other.name, host.name),
            )
            .at(host.origin.child("address"), format!("{address} again"))
            .at(other.origin.child("address"), "first here")
            .why("What is meant for one reaches the other: clients, firewalls and certificates are made by address.")
            .help("give each host its own address, or put everything on one host"),
        );
    }
    found
}
