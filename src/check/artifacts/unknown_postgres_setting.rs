//! Settings with which PostgreSQL does not start.

use crate::check::Rule;
use crate::check::catalogue::{Standing, postgres, standing, written};
use crate::diag::{Diagnostic, suggest};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "unknown-postgres-setting",
    document: include_str!("unknown_postgres_setting.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (version, settings) in written(site, "postgres") {
        let table = postgres();
        // A name with a dot is an extension's.
        for setting in settings.iter().filter(|setting| !setting.name.contains('.')) {
            let name = &setting.name;
            let (what, help) = match standing(&table, name, version) {
                Standing::Known(_) => continue,
                Standing::Later(since) => (
                    format!("there from PostgreSQL {since} on"),
                    format!("remove it, or write `version: \"{since}\"`"),
                ),
                Standing::Gone(until) => (
                    format!("there up to PostgreSQL {until}"),
                    format!("remove it: PostgreSQL {version} does without"),
                ),
                Standing::Unknown => (
                    "no such setting".to_owned(),
                    suggest(name, table.iter().map(|known| known.name)).map_or_else(
                        || "remove it; those of an extension have its name before a dot".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    ),
                ),
            };
            found.push(
                Diagnostic::error(RULE.code, format!("PostgreSQL {version} has no setting `{name}`"))
                    .at_key(&setting.origin, what)
                    .why("The server does not start with a setting that it does not know.")
                    .help(help),
            );
        }
    }
    found
}
