//! Data that nobody keeps a copy of.

use crate::check::Rule;
use crate::diag::{Diagnostic, listing};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "no-backup",
    document: include_str!("no_backup.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let planned = site.hosts.iter().any(|host| host.backup.is_some());
    let stateful: Vec<_> = site
        .services
        .iter()
        .filter(|service| service.stateful && !service.instances.is_empty())
        .collect();
    let Some(first) = stateful.first().filter(|_| !planned && !site.backups_declined) else {
        return Vec::new();
    };
    let names = listing(stateful.iter().map(|service| service.name.as_str()));
    let finding = Diagnostic::warning(RULE.code, format!("nothing keeps a copy of the data of {names}"))
        .at_key(&first.origin, "it has data that only this host holds");
    let finding = stateful[1..].iter().fold(finding, |finding, service| {
        finding.at_key(&service.origin, "and so has this")
    });
    vec![
        finding
            .why("A broken disk or one wrong command, and it is gone.")
            .help("add `backups: {schedule: \"0 2 * * *\", to: {…}}`, or write `backups: false` if it may be lost"),
    ]
}
