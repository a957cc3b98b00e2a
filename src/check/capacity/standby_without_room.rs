//! Standbys with less room than their primary.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Service, Site};

pub(super) const RULE: Rule = Rule {
    code: "standby-without-room",
    document: include_str!("standby_without_room.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    site.services
        .iter()
        .flat_map(|service| findings(site, service))
        .collect()
}

fn findings(site: &Site, service: &Service) -> Vec<Diagnostic> {
    let Some(replication) = &service.replication else {
        return Vec::new();
    };
    let Some(primary) = site.host(&replication.primary) else {
        return Vec::new();
    };
    let standbys = replication.standbys.iter().filter_map(|name| site.host(name));
    standbys
        .filter(|host| host.disk != 0 && host.disk < primary.disk)
        .map(|host| {
            Diagnostic::warning(
                RULE.code,
                format!("the disk of `{}` is smaller than that of `{}`", host.name, primary.name),
            )
            .at(host.origin.child("size").child("disk"), "the copy has to fit here")
            .at(primary.origin.child("size").child("disk"), "the data may grow to this")
            .why(format!(
                "A copy is as large as what it is copied from: the standby of `{}` stops when its disk is full, and is missing on the day when it is needed.",
                service.name
            ))
            .help("give both the same size")
        })
        .collect()
}
