//! Values with which Redis does not start.

use serde_json::Value;

use crate::check::Rule;
use crate::check::raw;
use crate::check::servers::{Standing, redis, standing};
use crate::diag::{Diagnostic, listing};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "redis-value",
    document: include_str!("redis_value.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let servers = site.services.iter().filter(|service| service.kind == "redis");
    for service in servers.filter(|service| !service.settings.is_empty()) {
        let Some(version) = service.version.filter(|version| matches!(version, 6 | 7)) else {
            continue;
        };
        let table = redis();
        for (name, value) in &service.settings {
            let Standing::Known(known) = standing(&table, name, version) else {
                continue;
            };
            let words = known.words();
            // `true` and `false` are written as `yes` and `no`.
            let Some(word) = raw::word(value).filter(|_| !matches!(value, Value::Bool(_))) else {
                continue;
            };
            if words.is_empty() || words.iter().any(|known| known.eq_ignore_ascii_case(&word)) {
                continue;
            }
            found.push(
                Diagnostic::error(RULE.code, format!("Redis refuses `{word}` as `{name}`"))
                    .at(service.origin.child("settings").child(name), "not one of its words")
                    .why("The server does not start with this value.")
                    .help(format!("write one of {}", listing(words))),
            );
        }
    }
    found
}
