//! Keys that are to be replaced, though what is stored can only be read with them.

use crate::check::Rule;
use crate::check::purpose::Purpose;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "rotated-encryption-key",
    document: include_str!("rotated_encryption_key.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let rotated = site
        .secrets
        .iter()
        .filter_map(|secret| Some((secret, secret.rotate.as_ref()?)));
    rotated
        .filter_map(|(secret, every)| {
            let mut variables = site.services.iter().flat_map(|service| &service.variables);
            let variable = variables.find(|variable| {
                Purpose::of(&variable.name) == Some(Purpose::Encryption)
                    && variable.value.secrets().any(|name| name == secret.name)
            })?;
            Some(
                Diagnostic::warning(
                    RULE.code,
                    format!("`{}` is to be replaced, and it encrypts what is stored", secret.name),
                )
                .at(secret.origin.child("rotate"), format!("every {}", every.text))
                .at(&variable.origin, "what this encrypts needs it to be read")
                .why("With another key, what was encrypted before cannot be read any more.")
                .help("remove `rotate`; if the program can encrypt anew, do it by its own instructions"),
            )
        })
        .collect()
}
