//! Services that may use more processors than their host has.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "cpu-limit",
    document: include_str!("cpu_limit.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for service in &site.services {
        for instance in &service.instances {
            let Some(host) = site.host(&instance.host).filter(|host| host.cpus > 0) else {
                continue;
            };
            let Some(cpus) = instance.cpus.filter(|cpus| *cpus > f64::from(host.cpus)) else {
                continue;
            };
            let title = format!(
                "`{}` may use {cpus} processors, and host `{}` has {}",
                service.name, host.name, host.cpus
            );
            let (finding, why) = if service.runtime == "container" {
                (
                    Diagnostic::error(RULE.code, title),
                    "The container engine refuses to make the container: it takes no limit above what the host has.",
                )
            } else {
                (
                    Diagnostic::warning(RULE.code, title),
                    "A limit that cannot be reached limits nothing: the service may take all processors from the others.",
                )
            };
            let finding = finding
                .at(service.origin.child("limits").child("cpus"), "this limit")
                .at(host.origin.child("size").child("cpus"), "what the host has")
                .why(why)
                .help(format!("write `cpus: {}` or less, or take a larger host", host.cpus));
            found.push(finding);
        }
    }
    once(found)
}
