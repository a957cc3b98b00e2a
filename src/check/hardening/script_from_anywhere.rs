//! Policies that forbid nothing.

use crate::check::Rule;
use crate::check::headers::{policy, sent};
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "script-from-anywhere",
    document: include_str!("script_from_anywhere.md"),
    find,
};

const ANYWHERE: [&str; 6] = ["*", "http:", "https:", "data:", "http://*", "https://*"];

fn find(site: &Site) -> Vec<Diagnostic> {
    sent(site)
        .into_iter()
        .filter(|(_, name, _)| name.eq_ignore_ascii_case("content-security-policy"))
        .filter_map(|(origin, _, value)| {
            let policy = policy(&value);
            let directive = |name: &str| policy.iter().find(|(known, _)| known == name);
            let (name, sources) = directive("script-src").or_else(|| directive("default-src"))?;
            // Browsers that know it leave hosts out of account.
            if sources.contains(&"'strict-dynamic'") {
                return None;
            }
            let source = sources.iter().find(|source| ANYWHERE.contains(source))?;
            Some(
                Diagnostic::warning(RULE.code, "pages may load scripts from everywhere")
                    .at(origin, format!("`{source}` in `{name}`"))
                    .why("A script that is smuggled into a page comes from anywhere: this policy would not stop it.")
                    .help("name the servers that scripts come from, as in `script-src 'self' https://cdn.example.net`"),
            )
        })
        .collect()
}
