//! Directives with which Redis does not start.

use crate::check::Rule;
use crate::check::catalogue::{Standing, redis, standing, written};
use crate::check::once::once;
use crate::diag::{Diagnostic, suggest};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "unknown-redis-setting",
    document: include_str!("unknown_redis_setting.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (version, settings) in written(site, "redis").filter(|(version, _)| matches!(version, 6 | 7)) {
        let table = redis();
        for setting in settings {
            let name = &setting.name;
            let (what, help) = match standing(&table, name, version) {
                Standing::Known(_) => continue,
                Standing::Later(since) => (
                    format!("there from Redis {since} on"),
                    format!("remove it, or run Redis {since} by `runtime: container`"),
                ),
                Standing::Gone(until) => (
                    format!("there up to Redis {until}"),
                    format!("remove it: Redis {version} does without"),
                ),
                Standing::Unknown => (
                    "no such directive".to_owned(),
                    suggest(name, table.iter().map(|known| known.name)).map_or_else(
                        || "remove it; redis.conf of this version lists what there is".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    ),
                ),
            };
            found.push(
                Diagnostic::error(RULE.code, format!("Redis {version} has no directive `{name}`"))
                    .at_key(&setting.origin, what)
                    .why("The server does not start with a directive that it does not know.")
                    .help(help),
            );
        }
    }
    once(found)
}
