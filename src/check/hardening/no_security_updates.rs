//! Holes that stay open.

use crate::check::Rule;
use crate::check::addresses::is_global;
use crate::diag::{Diagnostic, listing};
use crate::site::{Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "no-security-updates",
    document: include_str!("no_security_updates.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let open: Vec<&str> = site
        .hosts
        .iter()
        .filter(|host| host.hardening.unattended_upgrades.is_none() && host.public.iter().copied().any(is_global))
        .map(|host| host.name.as_str())
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let origin = Pointer::root().child("hardening").child("unattended_upgrades");
    vec![
        Diagnostic::warning(
            RULE.code,
            format!("{} would install no security updates", listing(open.iter().copied())),
        )
        .at(&origin, "turned off")
        .why("A hole in what faces the world is used within days of its fix.")
        .help(format!(
            "write `hardening: {{unattended_upgrades: true}}`, or say who brings them: `waive: {{hardening: {{{}: \"…\"}}}}`",
            RULE.code
        )),
    ]
}
