//! Values with which Redis does not start.

use crate::check::Rule;
use crate::check::catalogue::{Standing, redis, standing, written};
use crate::check::once::once;
use crate::diag::{Diagnostic, listing};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "redis-value",
    document: include_str!("redis_value.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (version, settings) in written(site, "redis").filter(|(version, _)| matches!(version, 6 | 7)) {
        let table = redis();
        for setting in settings {
            let Standing::Known(known) = standing(&table, &setting.name, version) else {
                continue;
            };
            let (words, word) = (known.words(), &setting.value);
            if words.is_empty() || words.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                continue;
            }
            found.push(
                Diagnostic::error(RULE.code, format!("Redis refuses `{word}` as `{}`", setting.name))
                    .at(&setting.origin, "not one of its words")
                    .why("The server does not start with this value.")
                    .help(format!("write one of {}", listing(words))),
            );
        }
    }
    once(found)
}
