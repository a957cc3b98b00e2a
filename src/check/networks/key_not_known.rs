//! Hosts that the others leave out, as their public keys are not in the manifest yet.

use crate::check::Rule;
use crate::diag::{Diagnostic, listing};
use crate::site::{Site, Tunnel};

pub(super) const RULE: Rule = Rule {
    code: "key-not-known",
    document: include_str!("key_not_known.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut names: Vec<&Tunnel> = site.hosts.iter().flat_map(|host| &host.tunnels).collect();
    names.sort_by(|a, b| a.name.cmp(&b.name));
    names.dedup_by(|a, b| a.name == b.name);
    names.into_iter().filter_map(|tunnel| finding(site, tunnel)).collect()
}

/// One finding for all hosts of a network: they are set up together.
fn finding(site: &Site, network: &Tunnel) -> Option<Diagnostic> {
    let pending = site.hosts.iter().filter(|host| {
        let mut own = host.tunnels.iter();
        own.any(|tunnel| tunnel.name == network.name && tunnel.public_key.is_none())
    });
    let pending: Vec<&str> = pending.map(|host| host.name.as_str()).collect();
    let first = pending.first()?;
    Some(
        Diagnostic::warning(
            RULE.code,
            format!("the public keys of {} are not known yet", listing(pending.iter().copied())),
        )
        .at_key(&network.origin, format!("the other hosts of `{}` leave them out", network.name))
        .why("A host makes its key pair for itself. Until the others know the public half, nothing goes between them over this network.")
        .help(format!(
            "on each, `./install.sh --public-keys >{first}.yaml` makes the pair and prints the public half for the manifest: `include` these files, or write `hosts: {{{first}: KEY}}` here"
        )),
    )
}
