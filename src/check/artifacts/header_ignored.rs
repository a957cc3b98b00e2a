//! Headers without effect.

use crate::check::Rule;
use crate::check::headers::sent;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "header-ignored",
    document: include_str!("header_ignored.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    sent(site)
        .into_iter()
        .filter_map(|(origin, name, value)| {
            let help = help(&name, &value)?;
            Some(
                Diagnostic::error(RULE.code, format!("browsers pass over `{name}: {value}`"))
                    .at(origin, "not one of its values")
                    .why("The protection that the header names is not there.")
                    .help(help),
            )
        })
        .collect()
}

/// What to write instead of a value that browsers do not know.
fn help(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim().to_ascii_lowercase();
    let has_age = || {
        value.split(';').any(|part| {
            let age = part.trim().strip_prefix("max-age").map(str::trim_start);
            age.and_then(|age| age.strip_prefix('='))
                .is_some_and(|age| age.trim().trim_matches('"').parse::<u64>().is_ok())
        })
    };
    match name.to_ascii_lowercase().as_str() {
        "x-frame-options" => (!matches!(value.as_str(), "deny" | "sameorigin")).then_some(
            "write `SAMEORIGIN` or `DENY`; to name other sites, write `false` here and `frame-ancestors` in the content_security_policy",
        ),
        "x-content-type-options" => (value != "nosniff").then_some("write `nosniff`, or `false` to leave it out"),
        "strict-transport-security" => {
            (!has_age()).then_some("write `max-age=63072000; includeSubDomains`, or `false` to leave it out")
        }
        _ => None,
    }
}
