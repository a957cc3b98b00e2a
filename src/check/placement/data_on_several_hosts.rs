//! Data that each host has another copy of.

use crate::check::Rule;
use crate::diag::{Diagnostic, listing};
use crate::site::{BackupSource, BackupWhat, Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "data-on-several-hosts",
    document: include_str!("data_on_several_hosts.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for source in site.hosts.iter().flat_map(|host| &host.backup_sources) {
        let is_data = source
            .origin
            .parent()
            .and_then(|parent| parent.last().map(|key| key == "data"));
        let runs = |host: &&Host| {
            let service = site.services.iter().find(|service| service.name == source.service);
            service.is_some_and(|service| service.instances.iter().any(|instance| instance.host == host.name))
        };
        let has = |host: &&Host| host.backup_sources.iter().any(|other| other.origin == source.origin);
        let hosts: Vec<&Host> = site.hosts.iter().filter(has).filter(runs).collect();
        if is_data != Some(true) || hosts.len() < 2 {
            continue;
        }
        let finding = finding(source, &hosts);
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
}

fn finding(source: &BackupSource, hosts: &[&Host]) -> Diagnostic {
    let names = listing(hosts.iter().map(|host| host.name.as_str()));
    let title = format!("`{}` is another one on each of {names}", source.name);
    // A folder may be on a disk that the hosts share; a volume or a database in a file is not.
    let finding = match source.what {
        BackupWhat::Paths { .. } => Diagnostic::warning(RULE.code, title),
        _ => Diagnostic::error(RULE.code, title),
    };
    let service = source
        .origin
        .parent()
        .and_then(|data| data.parent())
        .unwrap_or_default();
    finding
        .at_key(&source.origin, "this is kept on the disk of each host")
        .at(service.child("on"), "and the service runs on several")
        .why("What is written on one host is not there when the next request reaches another one.")
        .help("run it on one host, or keep the data in a database or an object store that all of them use; if it may differ, `backup: false`")
}
