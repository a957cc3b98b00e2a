//! Policies that say something else.

use crate::check::Rule;
use crate::check::headers::{policy, sent};
use crate::diag::{Diagnostic, suggest};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "csp-keyword",
    document: include_str!("csp_keyword.md"),
    find,
};

const KEYWORDS: [&str; 8] = [
    "none",
    "self",
    "strict-dynamic",
    "unsafe-eval",
    "unsafe-hashes",
    "unsafe-inline",
    "wasm-unsafe-eval",
    "report-sample",
];

/// Directives of CSP level 3 and of its neighbours, and those of levels 1 and 2 that browsers still know.
const DIRECTIVES: [&str; 31] = [
    "base-uri",
    "block-all-mixed-content",
    "child-src",
    "connect-src",
    "default-src",
    "fenced-frame-src",
    "font-src",
    "form-action",
    "frame-ancestors",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "navigate-to",
    "object-src",
    "plugin-types",
    "prefetch-src",
    "referrer",
    "reflected-xss",
    "report-to",
    "report-uri",
    "require-sri-for",
    "require-trusted-types-for",
    "sandbox",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "worker-src",
];
const MORE: [&str; 3] = ["trusted-types", "upgrade-insecure-requests", "webrtc"];

fn find(site: &Site) -> Vec<Diagnostic> {
    let policies = sent(site).into_iter().filter(|(_, name, _)| {
        let name = name.to_ascii_lowercase();
        name == "content-security-policy" || name == "content-security-policy-report-only"
    });
    policies
        .flat_map(|(origin, _, value)| {
            let policy = policy(&value);
            let unknown = policy
                .iter()
                .find(|(name, _)| !DIRECTIVES.contains(&name.as_str()) && !MORE.contains(&name.as_str()))
                .map(|(name, _)| {
                    let near = suggest(name, DIRECTIVES.into_iter().chain(MORE));
                    Diagnostic::error(
                        RULE.code,
                        format!("a Content-Security-Policy has no directive `{name}`"),
                    )
                    .at(&origin, format!("`{name}`"))
                    .why("Browsers pass over what they do not know: it forbids nothing.")
                    .help(near.map_or_else(
                        || "write a directive such as `script-src`, and a `;` between two of them".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    ))
                });
            let bare = policy
                .iter()
                .filter(|(name, _)| {
                    name.ends_with("-src")
                        || name.starts_with("frame-")
                        || name.contains("-src-")
                        || *name == "base-uri"
                        || *name == "form-action"
                })
                .find_map(|(name, sources)| Some((name, sources.iter().find(|source| is_bare(source))?)))
                .map(|(name, source)| {
                    Diagnostic::error(
                        RULE.code,
                        format!("`{source}` in a Content-Security-Policy is a server of that name"),
                    )
                    .at(&origin, format!("in `{name}`, without quotes"))
                    .why("The keyword has no effect, and browsers block what it was to allow.")
                    .help(format!("write `'{source}'`, with single quotes"))
                });
            unknown.into_iter().chain(bare).collect::<Vec<_>>()
        })
        .collect()
}

fn is_bare(source: &str) -> bool {
    let lower = source.to_ascii_lowercase();
    let digest = ["nonce-", "sha256-", "sha384-", "sha512-"];
    KEYWORDS.contains(&lower.as_str())
        || digest
            .iter()
            .any(|start| lower.starts_with(start) && !lower.contains('.'))
}
