//! Hosts that were promised more memory than they have.

use crate::check::Rule;
use crate::check::sizes::{MIB, size};
use crate::diag::Diagnostic;
use crate::site::{Host, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "memory-budget",
    document: include_str!("memory_budget.md"),
    find,
};

/// What the system itself, sshd, a web server of its own and the container engine take.
const SYSTEM: u64 = 512 * MIB;

fn find(site: &Site) -> Vec<Diagnostic> {
    // A host without a size is not asked.
    site.hosts
        .iter()
        .filter(|host| host.memory > 0)
        .filter_map(|host| over(site, host))
        .collect()
}

/// Containers that the manifest has no service for, such as the web server's.
fn of_no_service<'a>(site: &'a Site, host: &'a Host) -> impl Iterator<Item = (&'a str, &'a Pointer, u32, u64)> {
    let has = |name: &str| site.services.iter().any(|service| service.name == name);
    let others = host.containers.iter().filter(move |container| !has(&container.service));
    others.map(|container| {
        (
            container.name.as_str(),
            &container.origin,
            1,
            container.memory.unwrap_or(0),
        )
    })
}

fn over(site: &Site, host: &Host) -> Option<Diagnostic> {
    let shares: Vec<(&str, &Pointer, u32, u64)> = site
        .services
        .iter()
        .map(|service| {
            let here = service.instances.iter().filter(|instance| instance.host == host.name);
            // A server without a limit has its share of the host as one.
            let share = service.configuration.as_ref().map(|configuration| configuration.memory);
            let limits = here.filter_map(|instance| instance.memory.or(share));
            let (count, sum) = limits.fold((0, 0_u64), |(count, sum), limit| (count + 1, sum.saturating_add(limit)));
            (service.name.as_str(), &service.origin, count, sum)
        })
        .chain(of_no_service(site, host))
        .filter(|(.., sum)| *sum > 0)
        .collect();
    let reserve = host
        .reserve
        .iter()
        .fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
    let total = shares.iter().fold(reserve.saturating_add(SYSTEM), |sum, (.., share)| {
        sum.saturating_add(*share)
    });
    if total <= host.memory {
        return None;
    }
    let title = format!(
        "host `{}` has {} of memory, and {} are given away",
        host.name,
        size(host.memory),
        size(total)
    );
    let mut finding =
        Diagnostic::error(RULE.code, title).at(host.origin.child("size"), format!("{} in all", size(host.memory)));
    for (name, origin, count, sum) in &shares {
        let times = if *count > 1 {
            format!(" in {count} instances")
        } else {
            String::new()
        };
        finding = finding.at_key(origin, format!("`{name}` may take {}{times}", size(*sum)));
    }
    if reserve > 0 {
        finding = finding.at_key(&host.origin.child("reserve"), format!("{} kept back", size(reserve)));
    }
    let help = format!(
        "lower limits or instances by {}, or take a larger host; {} are for the system itself",
        size(total - host.memory),
        size(SYSTEM)
    );
    Some(
        finding
            .why("When all of them use what they may, the kernel kills one of them: often the database.")
            .help(help),
    )
}
