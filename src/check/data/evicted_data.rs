//! Redis servers that throw away what is to be kept.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Host, Pointer, Service, Site};

pub(super) const RULE: Rule = Rule {
    code: "evicted-data",
    document: include_str!("evicted_data.md"),
    find,
};

/// Programs that take jobs from a queue in Redis.
const WORKERS: [&str; 6] = ["celery", "dramatiq", "resque", "rq", "rqworker", "sidekiq"];

fn find(site: &Site) -> Vec<Diagnostic> {
    let servers = site.services.iter().filter(|service| service.kind == "redis");
    servers
        .filter_map(|service| {
            let policy = service.configuration.as_ref()?.setting("maxmemory-policy")?;
            let is_any = policy.value.to_ascii_lowercase().starts_with("allkeys-");
            let kept = kept(site, service).filter(|_| is_any)?;
            Some(
                Diagnostic::error(RULE.code, format!("`{}` drops keys that are to be kept", service.name))
                    .at(
                        &policy.origin,
                        format!("`{}` drops any key when memory is full", policy.value),
                    )
                    .at(&kept.0, kept.1)
                    .why("Nobody is told: jobs, sessions or records are gone, and nothing fails.")
                    .help("write `maxmemory-policy: noeviction`, and put what may be dropped into a second redis"),
            )
        })
        .collect()
}

/// What says that this is no mere cache.
fn kept(site: &Site, service: &Service) -> Option<(Pointer, String)> {
    if service.stateful {
        return Some((service.origin.child("backup"), "what it holds is backed up".to_owned()));
    }
    let users = site.links.iter().filter(|link| link.to == service.name);
    users
        .filter(|user| {
            // Of two the jobs may be in the other one.
            let same = |link: &&crate::site::Link| link.from == user.from && link.protocol == "redis";
            site.links.iter().filter(same).count() == 1
        })
        .find_map(|user| {
            let from = site.services.iter().find(|other| other.name == user.from)?;
            let worker = site.hosts.iter().find_map(|host| worker(host, &from.origin))?;
            Some((
                user.origin.clone(),
                format!("`{}` takes jobs from it by {worker}", user.from),
            ))
        })
}

/// A program of the service that works through a queue.
fn worker(host: &Host, service: &Pointer) -> Option<&'static str> {
    let units = host.units.iter().map(|unit| (&unit.origin, &unit.command));
    let containers = host
        .containers
        .iter()
        .map(|container| (&container.origin, &container.command));
    let words = units
        .chain(containers)
        .filter(|(origin, _)| origin.is_within(service))
        .flat_map(|(_, command)| command.iter().flat_map(|argument| argument.split_whitespace()));
    words
        .filter_map(|word| word.rsplit('/').next())
        .find_map(|word| WORKERS.into_iter().find(|worker| *worker == word))
}
