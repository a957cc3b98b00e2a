//! Copies of a database that cross the internet unencrypted.

use crate::check::Rule;
use crate::check::addresses::is_global;
use crate::diag::Diagnostic;
use crate::site::{Service, Site};

pub(super) const RULE: Rule = Rule {
    code: "replication-in-the-clear",
    document: include_str!("replication_in_the_clear.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    site.services
        .iter()
        .filter_map(|service| finding(site, service))
        .collect()
}

fn finding(site: &Site, service: &Service) -> Option<Diagnostic> {
    let replication = service
        .replication
        .as_ref()
        .filter(|replication| !replication.encrypted)?;
    let host = replication
        .members()
        .filter_map(|name| site.host(name))
        .find(|host| host.private.is_some_and(|net| is_global(net.addr())))?;
    Some(
        Diagnostic::error(
            RULE.code,
            format!("`{}` replicates over the internet, unencrypted", service.name),
        )
        .at(service.origin.child("tls"), "not encrypted")
        .at(host.origin.child("address"), "and the host has only a public address")
        .why("Every row that is written crosses it, and everybody on the way can read it.")
        .help("remove `tls`, so that connections between hosts are encrypted, or give the hosts a private network"),
    )
}
