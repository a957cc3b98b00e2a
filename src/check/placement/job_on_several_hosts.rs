//! Jobs that run at the same minute on several hosts, on the same data.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::{Diagnostic, listing};
use crate::site::{Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "job-on-several-hosts",
    document: include_str!("job_on_several_hosts.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for job in site.hosts.iter().flat_map(|host| &host.jobs) {
        let mut path = job.origin.segments();
        let (Some(_), Some(service), Some(key)) = (path.next(), path.next(), path.next()) else {
            continue;
        };
        let has = |host: &&Host| host.jobs.iter().any(|other| other.origin == job.origin);
        let hosts: Vec<&str> = site.hosts.iter().filter(has).map(|host| host.name.as_str()).collect();
        // Without a common database, a job works on what is on its own host.
        let shares = |link: &&crate::site::Link| link.from == service && link.protocol == "postgres";
        let Some(link) = site
            .links
            .iter()
            .find(shares)
            .filter(|_| key == "jobs" && hosts.len() > 1)
        else {
            continue;
        };
        let finding = Diagnostic::warning(
            RULE.code,
            format!("the job `{}` runs {} times at once", job.name, hosts.len()),
        )
        .at_key(
            &job.origin,
            format!("it is started on {} at the same minute", listing(hosts)),
        )
        .at_key(&link.origin, "and works on the same database from each")
        .why("What is done once a night is done several times: mails go out twice, and two runs change the same rows.")
        .help("move the job to a service of its own with `on` one host; if it may run on each, `waive` it there");
        found.push(finding);
    }
    once(found)
}
