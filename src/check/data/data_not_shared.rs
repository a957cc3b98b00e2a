//! Services on several hosts, each of which keeps data of its own.

use std::collections::BTreeSet;

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "data-not-shared",
    document: include_str!("data_not_shared.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for service in &site.services {
        let hosts: BTreeSet<&str> = service
            .instances
            .iter()
            .map(|instance| instance.host.as_str())
            .collect();
        if hosts.len() < 2 {
            continue;
        }
        for data in service.data.iter().filter(|data| data.backup) {
            let title = format!(
                "`{}` has a `{}` on each of {} hosts",
                service.name,
                data.path,
                hosts.len()
            );
            let finding = if data.sqlite {
                Diagnostic::error(RULE.code, title)
            } else {
                Diagnostic::warning(RULE.code, title)
            };
            let why = if data.sqlite {
                "An SQLite database is a file of one host: what is written through one instance, those on other hosts never see."
            } else {
                "What is written through one instance, those on other hosts do not see: an upload is found or not, as the load is shared."
            };
            found.push(
                finding
                    .at_key(&data.origin, "a folder of each host")
                    .at(service.origin.child("on"), "runs on these hosts")
                    .why(why)
                    .help("name one host under `on`, keep the data in a database or a storage that all reach, or write `backup: false` if each has its own"),
            );
        }
    }
    found
}
