//! Redirects that lead back to themselves.

use super::{Sent, sent};
use crate::check::Rule;
use crate::check::web::locations;
use crate::diag::Diagnostic;
use crate::site::{Location, Site};

pub(super) const RULE: Rule = Rule {
    code: "redirect-loop",
    document: include_str!("redirect_loop.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (served, location) in locations(site) {
        let mut circle: Vec<&Location> = vec![location];
        let mut next = sent(served, location);
        while let Some(Sent::Location(served, location)) = next {
            if circle.iter().any(|known| known.origin == location.origin) {
                break;
            }
            circle.push(location);
            next = sent(served, location);
        }
        let closes = matches!(&next, Some(Sent::Location(_, last)) if last.origin == location.origin);
        // Each of a circle finds it; the first one tells.
        if closes && circle.iter().all(|other| location.origin <= other.origin) {
            found.push(finding(&circle));
        }
    }
    found
}

fn finding(circle: &[&Location]) -> Diagnostic {
    let title = if circle.len() > 1 {
        "redirects lead in a circle"
    } else {
        "a redirect leads to itself"
    };
    circle
        .iter()
        .enumerate()
        .fold(Diagnostic::error(RULE.code, title), |finding, (index, location)| {
            let text = match (circle.len(), index) {
                (1, _) => "what it sends to is answered here again",
                (_, 0) => "from here",
                (length, index) if index + 1 == length => "to here, and back to the first",
                _ => "to here",
            };
            finding.at_key(&location.origin, text)
        })
        .why("A browser follows a few times and then shows an error instead of a page.")
        .help("let one of them answer: `to: SERVICE`, or redirect to a path or name that does")
}
