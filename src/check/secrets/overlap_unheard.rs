//! Old values that stay valid, and nobody who has them.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Rotation, Site, previous};

pub(super) const RULE: Rule = Rule {
    code: "overlap-unheard",
    document: include_str!("overlap_unheard.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let is_used = |name: &str| site.secrets.iter().any(|secret| secret.name == name);
    site.secrets
        .iter()
        .filter_map(|secret| match &secret.rotation {
            Rotation::Overlap(span) if !is_used(&previous(&secret.name)) => Some((secret, span)),
            _ => None,
        })
        .map(|(secret, span)| {
            Diagnostic::warning(
                RULE.code,
                format!("nobody accepts what `{}` was before", secret.name),
            )
            .at(secret.origin.child("overlap"), format!("for {}", span.text))
            .why("The old value stays valid only where a program has it beside the new one, and accepts both.")
            .help(format!(
                "hand it out too, as in `env: {{KEY_PREVIOUS: {{secret: {}.previous}}}}`, if the program can take it; else remove `overlap`",
                secret.name
            ))
        })
        .collect()
}
