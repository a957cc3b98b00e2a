//! Generated secrets that are too short for what they are used for.

use crate::check::Rule;
use crate::check::purpose::Purpose;
use crate::diag::Diagnostic;
use crate::site::{Secret, SecretSource, Site};

pub(super) const RULE: Rule = Rule {
    code: "weak-secret",
    document: include_str!("weak_secret.md"),
    find,
};

/// Digits for 64 bits of chance, below which a value can be guessed (OWASP, for the ids of sessions).
const DIGITS: u32 = 20;
/// Bytes of a key for HS256 (RFC 7518, 3.2).
const TOKEN: u32 = 32;

fn find(site: &Site) -> Vec<Diagnostic> {
    site.secrets
        .iter()
        .filter_map(|secret| {
            let SecretSource::Generated(how) = &secret.source else {
                return None;
            };
            let length: u32 = part(how, "length=")?.parse().ok()?;
            short_digits(secret, how, length).or_else(|| short_key(site, secret, how, length))
        })
        .collect()
}

/// What stands behind a name in the specification of how a secret is made.
fn part<'a>(how: &'a str, name: &str) -> Option<&'a str> {
    how.split(',').find_map(|part| part.strip_prefix(name))
}

fn short_digits(secret: &Secret, how: &str, length: u32) -> Option<Diagnostic> {
    (part(how, "charset=") == Some("digits") && length < DIGITS).then(|| {
        Diagnostic::warning(RULE.code, format!("`{}` has {length} digits", secret.name))
            .at(secret.origin.child("generate"), "digits only")
            .why(format!(
                "There are so few of them that all can be tried; 64 bits, which is the least, take {DIGITS} digits."
            ))
            .help(format!("leave `charset` out, or write `length: {DIGITS}` or more"))
    })
}

fn short_key(site: &Site, secret: &Secret, how: &str, length: u32) -> Option<Diagnostic> {
    // A program may decode it or not; the longer reading counts.
    let bytes = match part(how, "encoding=") {
        Some("hex") => length.saturating_mul(2),
        Some("base64") => length.div_ceil(3).saturating_mul(4),
        _ => length,
    };
    let mut variables = site.services.iter().flat_map(|service| &service.variables);
    let variable = variables.find(|variable| {
        matches!(Purpose::of(&variable.name), Some(Purpose::Token | Purpose::Refresh))
            && variable.value.secrets().any(|name| name == secret.name)
    })?;
    (bytes < TOKEN).then(|| {
        Diagnostic::warning(RULE.code, format!("`{}` is too short to sign tokens with", secret.name))
            .at(secret.origin.child("generate"), format!("{bytes} bytes"))
            .at(&variable.origin, "a key for tokens")
            .why(format!("HS256 asks for a key of at least {TOKEN} bytes (RFC 7518); some libraries refuse a shorter one, and it can be guessed from any token."))
            .help("write `generate: {length: 64}`")
    })
}
