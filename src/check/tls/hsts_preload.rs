//! Wishes to be preloaded that are not granted.

use super::hsts;
use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "hsts-preload",
    document: include_str!("hsts_preload.md"),
    find,
};

/// A year in seconds, as hstspreload.org asks for.
const YEAR: u64 = 31_536_000;

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for header in hsts(site).into_iter().filter(|header| header.has("preload")) {
        let missing = if !header.has("includeSubDomains") {
            "`includeSubDomains` is missing"
        } else if header.max_age().is_none_or(|seconds| seconds < YEAR) {
            "`max-age` is less than a year"
        } else {
            continue;
        };
        let finding = Diagnostic::warning(RULE.code, "the domain cannot be preloaded with this header")
            .at(header.origin, missing)
            .why("Browsers take a domain into their list only with names below it and for a year at least; `preload` alone does nothing.")
            .help("write `max-age=63072000; includeSubDomains; preload`, or leave `preload` out: it is hard to take back");
        found.push(finding);
    }
    once(found)
}
