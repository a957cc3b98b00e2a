//! Redirects to what nobody answers.

use super::{Sent, sent};
use crate::check::Rule;
use crate::check::web::{Served, locations};
use crate::check::zone::{self, Leads};
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "redirect-unanswered",
    document: include_str!("redirect_unanswered.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    // What is included as it is may answer; and so would a path that is reported already.
    let known = locations(site)
        .into_iter()
        .filter(|(served, _)| served.ingress.include.is_empty() && !served.server.incomplete);
    known
        .filter_map(|(served, location)| {
            let (title, label) = match sent(served, location)? {
                Sent::Nothing(path) => (
                    format!("nothing answers `{path}`"),
                    "this path is sent there, and no other path matches",
                ),
                Sent::Host(name) if is_lost(site, served, &name) => {
                    (format!("nothing answers for `{name}`"), "this path is sent there")
                }
                _ => return None,
            };
            Some(
                Diagnostic::error(RULE.code, title)
                    .at(location.origin.child("redirect"), label)
                    .why("Who follows the redirect sees an error.")
                    .help("add a route for where it leads, or correct the redirect"),
            )
        })
        .collect()
}

/// Our own zone says that the name is nowhere, or at a web server of ours that does not know it.
fn is_lost(site: &Site, served: Served<'_>, name: &str) -> bool {
    let Some(zone) = zone::of(site, name) else { return false };
    match zone.leads(name) {
        Leads::Nowhere => true,
        Leads::To(records) => records.iter().all(|record| {
            served
                .host
                .public
                .iter()
                .any(|address| address.to_string() == record.data)
        }),
        Leads::Alias(_) | Leads::Elsewhere => false,
    }
}
