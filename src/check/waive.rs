//! `waive`: the author knows better at one place, and says why.

use super::rules;
use crate::diag::{At, Diagnostic, listing, suggest};
use crate::site::Site;

/// Whether a waiver covers the place that the finding is about.
pub(super) fn is_waived(site: &Site, finding: &Diagnostic) -> bool {
    let place = match finding.labels.first().map(|label| &label.at) {
        Some(At::Pointer(pointer) | At::Key(pointer)) => pointer.dotted(),
        _ => return false,
    };
    site.waivers.iter().any(|waiver| {
        let rest = place.strip_prefix(&waiver.place);
        waiver.rule == finding.code && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// Waivers of what is no rule.
pub(super) fn unknown(site: &Site) -> Vec<Diagnostic> {
    let codes = || rules().map(|rule| rule.code);
    site.waivers
        .iter()
        .filter(|waiver| !codes().any(|code| code == waiver.rule))
        .map(|waiver| {
            let help = suggest(&waiver.rule, codes()).map_or_else(
                || format!("these can be waived: {}", listing(codes())),
                |near| format!("did you mean `{near}`?"),
            );
            Diagnostic::error(
                "unknown-rule",
                format!("there is no rule `{}` that could be waived", waiver.rule),
            )
            .at_key(&waiver.origin, "no such rule")
            .why("What is refused because it cannot be built cannot be waived.")
            .help(help)
        })
        .collect()
}
