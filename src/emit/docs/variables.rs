//! What the programs are told by their environment: each name, and where its value comes from.

use super::table::table;
use super::{Section, listed};
use crate::render::escape::markdown_code as code;
use crate::site::{Piece, Site, Text};

pub(super) fn section(site: &Site) -> Section {
    let rows: Vec<_> = site
        .services
        .iter()
        .flat_map(|service| {
            let row = |variable: &crate::site::Variable| {
                let pointer = format!("services.{}.env.{}", service.name, variable.name);
                [
                    code(&service.name),
                    code(&variable.name),
                    value(&variable.value),
                    code(&pointer),
                ]
            };
            service.variables.iter().map(row)
        })
        .collect();
    let used: Vec<String> = site
        .services
        .iter()
        .filter(|service| site.links.iter().any(|link| link.from == service.name))
        .map(|service| code(&service.name))
        .collect();
    let rows = table(["Service", "Variable", "Value", "Set at"], &rows);
    (!rows.is_empty() || !used.is_empty()).then(|| {
        let used = if used.is_empty() {
            String::new()
        } else {
            format!(
                "\nBeside them, the addresses and passwords of what a service uses, such as `DATABASE_URL`, go to {}.\n",
                listed(used)
            )
        };
        format!(
            "## Environment variables\n\n{rows}{used}\nOn the hosts they are files of root in `{}/env/`. They change by the manifest, and what reads them is restarted. \
             Another environment has its own: `sitewright diff {} OTHER` tells the two apart. Nothing of them belongs into the program's repository; \
             on a developer's machine, the names above with values of one's own in `.env` are enough.\n",
            site.etc(),
            site.environment
        )
    })
}

/// Secrets by their names.
fn value(text: &Text) -> String {
    let pieces = text.0.iter().map(|piece| match piece {
        Piece::Literal(literal) => literal.clone(),
        Piece::Secret { name, .. } => format!("<{name}>"),
    });
    match text.0.as_slice() {
        [Piece::Secret { name, .. }] => format!("the secret {}", code(name)),
        _ => code(&pieces.collect::<String>()),
    }
}
