//! Settings with which PostgreSQL does not start.

use crate::check::Rule;
use crate::check::servers::{Standing, postgres, standing};
use crate::diag::{Diagnostic, suggest};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "unknown-postgres-setting",
    document: include_str!("unknown_postgres_setting.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let servers = site.services.iter().filter(|service| service.kind == "postgres");
    for service in servers.filter(|service| !service.settings.is_empty()) {
        let Some(version) = service.version else { continue };
        let table = postgres();
        // A map is for the settings of an extension.
        let names = service
            .settings
            .iter()
            .filter(|(name, value)| !name.contains('.') && !value.is_object());
        for (name, _) in names {
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
                    .at_key(&service.origin.child("settings").child(name), what)
                    .why("The server does not start with a setting that it does not know.")
                    .help(help),
            );
        }
    }
    found
}
