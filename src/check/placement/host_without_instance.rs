//! Hosts that a service names and does not run on.

use crate::check::Rule;
use crate::diag::{Diagnostic, listing};
use crate::site::{Service, Site};

pub(super) const RULE: Rule = Rule {
    code: "host-without-instance",
    document: include_str!("host_without_instance.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    site.services.iter().filter_map(finding).collect()
}

fn finding(service: &Service) -> Option<Diagnostic> {
    let runs = |host: &&String| service.instances.iter().any(|instance| instance.host == **host);
    let idle: Vec<&str> = service
        .hosts
        .iter()
        .filter(|host| !runs(host))
        .map(String::as_str)
        .collect();
    if idle.is_empty() || service.instances.is_empty() {
        return None;
    }
    let count = service.instances.len();
    let title = format!(
        "`{}` is placed on {} and does not run there",
        service.name,
        listing(idle)
    );
    let instances = if count == 1 {
        "one instance".to_owned()
    } else {
        format!("{count} instances")
    };
    Some(
        Diagnostic::warning(RULE.code, title)
            .at(service.origin.child("on"), format!("{} hosts share {instances}", service.hosts.len()))
            .why("`instances` is the number on all hosts together: the host that should take over when another one fails has none.")
            .help(format!("set `instances: {}`, or name fewer hosts", service.hosts.len())),
    )
}
