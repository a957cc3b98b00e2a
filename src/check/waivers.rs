//! Waivers, under `waive`: the author knows better at one place, and says why.

use super::rules;
use crate::diag::{At, Diagnostic, listing, suggest};
use crate::site::{Site, Waiver};

/// Marks the findings that a waiver covers, and tells which waivers cover none.
pub(super) fn apply(site: &Site, found: &mut [Diagnostic]) -> Vec<Diagnostic> {
    let mut unused: Vec<&Waiver> = site.waivers.iter().filter(|waiver| is_rule(&waiver.rule)).collect();
    for finding in found {
        let Some(waiver) = site.waivers.iter().find(|waiver| covers(waiver, finding)) else {
            continue;
        };
        finding.waived = Some(waiver.reason.clone());
        unused.retain(|other| other.origin != waiver.origin);
    }
    unused.into_iter().map(idle).collect()
}

/// Whether the place that the finding is about is the waiver's, or below it.
fn covers(waiver: &Waiver, finding: &Diagnostic) -> bool {
    let place = match finding.labels.first().map(|label| &label.at) {
        Some(At::Pointer(pointer) | At::Key(pointer)) => pointer.dotted(),
        _ => return false,
    };
    let rest = place.strip_prefix(&waiver.place);
    waiver.rule == finding.code && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

fn is_rule(code: &str) -> bool {
    rules().any(|rule| rule.code == code)
}

fn idle(waiver: &Waiver) -> Diagnostic {
    Diagnostic::warning(
        "unused-waiver",
        format!(
            "`{}` finds nothing at `{}` that could be waived",
            waiver.rule, waiver.place
        ),
    )
    .at_key(&waiver.origin, "it silences nothing")
    .why("It may have been mended, or moved. A waiver that stays would silence the next one without a word.")
    .help("take it out, or name the place that the finding points at")
}

/// Waivers of what is no rule.
pub(super) fn unknown(site: &Site) -> Vec<Diagnostic> {
    let codes = || rules().map(|rule| rule.code);
    site.waivers
        .iter()
        .filter(|waiver| !is_rule(&waiver.rule))
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
