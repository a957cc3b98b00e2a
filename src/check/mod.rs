//! Rules: mistakes that cross files. Each looks at a whole [`Site`], and has a document that `explain` prints.
//!
//! What stages before this one refuse has documents here too, so every code that a user can see is explained.

mod backup_same_disk;
mod docker_socket;
mod documents;
mod image_not_pinned;
mod literal_secret;
mod memory_budget;
mod no_backup;
mod waive;

pub use documents::{codes, document};

use crate::diag::Diagnostic;
use crate::site::Site;

/// A rule: its code, and what it finds.
struct Rule {
    code: &'static str,
    find: fn(&Site) -> Vec<Diagnostic>,
}

/// Every rule, by code.
const RULES: &[Rule] = &[
    backup_same_disk::RULE,
    docker_socket::RULE,
    image_not_pinned::RULE,
    literal_secret::RULE,
    memory_budget::RULE,
    no_backup::RULE,
];

/// What is wrong with a site, but for what its author waived.
pub fn check(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = RULES.iter().flat_map(|rule| (rule.find)(site)).collect();
    found.retain(|finding| !waive::is_waived(site, finding));
    found.extend(waive::unknown(site));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_file_a_document_and_its_place_in_the_table() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/check");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|entry| {
                Some(
                    entry
                        .unwrap()
                        .file_name()
                        .to_str()?
                        .strip_suffix(".rs")?
                        .replace('_', "-"),
                )
            })
            .filter(|name| !["mod", "documents", "waive"].contains(&name.as_str()))
            .collect();
        files.sort();
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(codes, files);
        assert!(codes.into_iter().all(|code| document(code).is_some()));
    }
}
