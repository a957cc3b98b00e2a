//! Restrictions that nothing enforces.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Opening, Site};

pub(super) const RULE: Rule = Rule {
    code: "from-without-firewall",
    document: include_str!("from_without_firewall.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for host in site.hosts.iter().filter(|host| !host.hardening.firewall) {
        for opening in host
            .openings
            .iter()
            .filter(|opening| !opening.from.is_empty() && is_written(opening))
        {
            let finding = Diagnostic::error(RULE.code, "`from` has no effect, as there is no firewall")
                .at(opening.origin.child("from"), "only these are to come, and everybody can")
                .at(host.hardening.origin.child("firewall"), "the firewall is off")
                .why("It is the firewall that keeps the others out; the program itself listens to all.")
                .help("turn it on by `hardening: {firewall: ufw}`, or remove `from` if another firewall stands before the host");
            found.push(finding);
        }
    }
    once(found)
}

/// The author restricted it; what follows from `uses` is restricted by the servers as well.
fn is_written(opening: &Opening) -> bool {
    let first = opening.origin.segments().next();
    first.is_some_and(|first| first == "hardening") || opening.is_of_ports()
}
