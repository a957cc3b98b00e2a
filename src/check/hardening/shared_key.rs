//! Keys that are two people.

use std::collections::BTreeMap;

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Admin, Site};

pub(super) const RULE: Rule = Rule {
    code: "shared-key",
    document: include_str!("shared_key.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut owners: BTreeMap<&str, &Admin> = BTreeMap::new();
    let mut found = Vec::new();
    for admin in &site.admins {
        for (index, key) in admin.keys.iter().enumerate() {
            let Some(blob) = key.split_whitespace().nth(1) else {
                continue;
            };
            let first = *owners.entry(blob).or_insert(admin);
            if first.name == admin.name {
                continue;
            }
            found.push(
                Diagnostic::warning(
                    RULE.code,
                    format!("`{}` and `{}` have the same key", first.name, admin.name),
                )
                .at(admin.origin.child("ssh_keys").index(index), "this key")
                .at_key(&first.origin, "is also this one's")
                .why("The log cannot tell who did what, and taking one of them out shuts nobody out.")
                .help(format!("give `{}` a key of its own, or remove it", admin.name)),
            );
        }
    }
    found
}
