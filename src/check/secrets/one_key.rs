//! One key for two purposes.

use std::collections::BTreeMap;

use crate::check::Rule;
use crate::check::purpose::Purpose;
use crate::diag::Diagnostic;
use crate::site::{Piece, Site, Variable};

pub(super) const RULE: Rule = Rule {
    code: "one-key",
    document: include_str!("one_key.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut uses: BTreeMap<&str, BTreeMap<Purpose, &Variable>> = BTreeMap::new();
    for variable in site.services.iter().flat_map(|service| &service.variables) {
        if let ([Piece::Secret { name, .. }], Some(purpose)) =
            (variable.value.0.as_slice(), Purpose::of(&variable.name))
        {
            uses.entry(name).or_default().entry(purpose).or_insert(variable);
        }
    }
    let several = uses.iter().filter(|(_, purposes)| purposes.len() > 1);
    several
        .map(|(name, purposes)| {
            let finding = Diagnostic::warning(RULE.code, format!("the secret `{name}` has several purposes"));
            let finding = purposes
                .iter()
                .fold(finding, |finding, (purpose, variable)| finding.at(&variable.origin, format!("here it {}", purpose.words())));
            finding
                .why("What is made for one passes for the other, as a token for a session; and neither can be replaced alone.")
                .help("declare a secret for each")
        })
        .collect()
}
