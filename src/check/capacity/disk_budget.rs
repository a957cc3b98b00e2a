//! Hosts whose disk is smaller than what may be written to it.

use crate::check::Rule;
use crate::check::sizes::{self, MIB, size};
use crate::diag::Diagnostic;
use crate::site::{Host, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "disk-budget",
    document: include_str!("disk_budget.md"),
    find,
};

/// What PostgreSQL keeps of its log of changes before it removes any: the larger of the two counts.
const KEPT: [&str; 2] = ["max_wal_size", "wal_keep_size"];

fn find(site: &Site) -> Vec<Diagnostic> {
    // A host without a size is not asked.
    site.hosts
        .iter()
        .filter(|host| host.disk > 0)
        .filter_map(|host| over(site, host))
        .collect()
}

fn over(site: &Site, host: &Host) -> Option<Diagnostic> {
    let shares: Vec<(String, Pointer, u64)> = logs(site, host).chain(caches(host)).collect();
    let total = shares.iter().fold(0_u64, |sum, (.., share)| sum.saturating_add(*share));
    if total <= host.disk {
        return None;
    }
    let title = format!(
        "host `{}` has {} of disk, and {} may be written to it",
        host.name,
        size(host.disk),
        size(total)
    );
    let finding = Diagnostic::error(RULE.code, title).at(host.origin.child("size").child("disk"), "the disk");
    let finding = shares.iter().fold(finding, |finding, (what, origin, share)| {
        finding.at(origin, format!("{what}: {}", size(*share)))
    });
    Some(
        finding
            .why("A database stops when its disk is full, and data, releases and logs need room beside this.")
            .help(format!(
                "lower these to well under {}, or leave them out: they follow from the disk",
                size(host.disk)
            )),
    )
}

fn logs<'a>(site: &'a Site, host: &'a Host) -> impl Iterator<Item = (String, Pointer, u64)> + 'a {
    let here = site.services.iter().filter(|service| {
        service.kind == "postgres" && service.instances.iter().any(|instance| instance.host == host.name)
    });
    here.filter_map(|service| {
        let configuration = service.configuration.as_ref()?;
        let sizes = KEPT.iter().filter_map(|name| sizes::setting(configuration, name, MIB));
        let (bytes, setting) = sizes.max_by_key(|(bytes, _)| *bytes)?;
        Some((
            format!("`{}` of `{}`", setting.name, service.name),
            setting.origin.clone(),
            bytes,
        ))
    })
}

fn caches(host: &Host) -> impl Iterator<Item = (String, Pointer, u64)> + '_ {
    let zones = host.ingress.iter().flat_map(|ingress| &ingress.caches);
    zones.map(|zone| ("the web server's cache".to_owned(), zone.origin.clone(), zone.size))
}
