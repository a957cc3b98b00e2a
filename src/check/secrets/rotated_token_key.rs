//! Keys for tokens that are to be replaced, and with them every token at once.

use crate::check::Rule;
use crate::check::purpose::Purpose;
use crate::diag::Diagnostic;
use crate::site::{Rotation, Site};

pub(super) const RULE: Rule = Rule {
    code: "rotated-token-key",
    document: include_str!("rotated_token_key.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let rotated = site
        .secrets
        .iter()
        .filter(|secret| secret.rotation == Rotation::Replace)
        .filter_map(|secret| Some((secret, secret.rotate.as_ref()?)));
    rotated
        .filter_map(|(secret, every)| {
            let mut variables = site.services.iter().flat_map(|service| &service.variables);
            let variable = variables.find(|variable| {
                matches!(
                    Purpose::of(&variable.name),
                    Some(Purpose::Token | Purpose::Refresh | Purpose::Session)
                ) && variable.value.secrets().any(|name| name == secret.name)
            })?;
            Some(
                Diagnostic::warning(
                    RULE.code,
                    format!("with each new `{}` everybody is logged out", secret.name),
                )
                .at(secret.origin.child("rotate"), format!("every {}", every.text))
                .at(&variable.origin, "what this signed counts no more")
                .why("Tokens and sessions of the old key are refused from the moment that the new one is there, and between instances also those of the new one.")
                .help(format!(
                    "if the program can accept two keys, give it the old one for a time: `overlap: 24h`, and `{}_PREVIOUS: {{secret: {}.previous}}`",
                    variable.name, secret.name
                )),
            )
        })
        .collect()
}
