//! Backups of nothing.

use crate::check::Rule;
use crate::diag::{Diagnostic, listing};
use crate::site::{Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "nothing-to-save",
    document: include_str!("nothing_to_save.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let is_made = site.hosts.iter().any(|host| host.backup.is_some());
    let is_stateful = site.services.iter().any(|service| service.stateful);
    if !site.backups_planned || is_made || is_stateful {
        return Vec::new();
    }
    let stores: Vec<_> = site
        .services
        .iter()
        .filter(|service| service.configuration.is_some())
        .collect();
    let finding = Diagnostic::warning(RULE.code, "backups are planned, and there is nothing to save")
        .at_key(&Pointer::root().child("backups"), "planned here");
    let finding = stores.iter().fold(finding, |finding, service| {
        finding.at_key(&service.origin, "not backed up")
    });
    let help = if stores.is_empty() {
        "name what is to be kept under `data` of a service, or write `backups: false`".to_owned()
    } else {
        let names = listing(stores.iter().map(|service| service.name.as_str()));
        format!("write `backup: true` at {names} if it is more than a cache; else write `backups: false`")
    };
    vec![
        finding
            .why("No backup will ever be made, and the plan says otherwise.")
            .help(help),
    ]
}
