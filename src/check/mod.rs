//! Rules: mistakes that cross files. Each looks at a whole [`Site`], and has a document that `explain` prints.
//!
//! A band of rules is a folder; a rule is a file in it, with its document beside it. What stages before this one refuse
//! has documents too ([`refused`]), so every code that a user can see is explained.
//!
//! What several rules read the same way is a file here, named after what it is about: [`web`] follows a request,
//! [`zone`] a name, [`commands`] a command line; [`raw`] and [`catalogue`] know raw settings, [`credentials`] and
//! [`purpose`] secrets. [`once`] tells what instances and hosts have in common a single time.

mod addresses;
mod artifacts;
mod backups;
mod between;
mod capacity;
mod catalogue;
mod certificates;
mod commands;
mod credentials;
mod data;
mod dns;
mod domains;
mod exposure;
mod folders;
mod hardening;
mod headers;
mod networks;
mod once;
mod openings;
mod operations;
mod placement;
mod purpose;
mod raw;
mod references;
mod refused;
mod secrets;
mod sizes;
mod tls;
mod waivers;
mod web;
mod zone;

pub use between::{Machine, between, machines};

use crate::diag::Diagnostic;
use crate::site::Site;

/// A rule: its code, its document, and what it finds.
struct Rule {
    code: &'static str,
    document: &'static str,
    find: fn(&Site) -> Vec<Diagnostic>,
}

/// Every rule, by band.
const BANDS: &[(&str, &[Rule])] = &[
    ("artifacts", artifacts::RULES),
    ("capacity", capacity::RULES),
    ("data", data::RULES),
    ("dns", dns::RULES),
    ("exposure", exposure::RULES),
    ("hardening", hardening::RULES),
    ("networks", networks::RULES),
    ("operations", operations::RULES),
    ("placement", placement::RULES),
    ("references", references::RULES),
    ("secrets", secrets::RULES),
    ("tls", tls::RULES),
];

fn rules() -> impl Iterator<Item = &'static Rule> {
    BANDS.iter().flat_map(|(_, rules)| *rules)
}

/// What the rules say of a site.
#[derive(Debug, Default)]
pub struct Checked {
    /// Those that the author waived say so.
    pub found: Vec<Diagnostic>,
    /// Waivers that cover nothing here. They may in another environment.
    pub unused: Vec<Diagnostic>,
}

/// What is wrong with a site.
pub fn check(site: &Site) -> Checked {
    let mut found: Vec<Diagnostic> = rules().flat_map(|rule| (rule.find)(site)).collect();
    let unused = waivers::apply(site, &mut found);
    found.extend(waivers::unknown(site));
    Checked { found, unused }
}

/// The document of a code.
pub fn document(code: &str) -> Option<&'static str> {
    documents()
        .find(|(known, _)| *known == code)
        .map(|(_, document)| document)
}

/// All codes, by name.
pub fn codes() -> impl Iterator<Item = &'static str> {
    let mut codes: Vec<&str> = documents().map(|(code, _)| code).collect();
    codes.sort_unstable();
    codes.into_iter()
}

/// A page of all codes: the rules by band, then what earlier stages refuse, each with its document's first sentence.
pub fn page() -> String {
    let mut page = String::from(
        "# Rules\n\nMade from the rules' documents, which `sitewright explain CODE` prints whole. A waiver, \
         `waive: {PLACE: {CODE: \"why\"}}`, silences a rule at a place; what is refused cannot be waived.\n",
    );
    for (band, rules) in BANDS {
        let rows = rules
            .iter()
            .map(|rule| (rule.code, rule.document, format!("{band}/{}", file_name(rule.code))));
        section(&mut page, band, rows);
    }
    let refused = refused::DOCUMENTS.iter();
    section(
        &mut page,
        "refused",
        refused.map(|(code, document)| (*code, *document, format!("refused/{code}.md"))),
    );
    page
}

fn file_name(code: &str) -> String {
    format!("{}.md", code.replace('-', "_"))
}

fn section<'a>(page: &mut String, band: &str, rows: impl Iterator<Item = (&'a str, &'a str, String)>) {
    page.push_str(&format!("\n## {band}\n\n"));
    for (code, document, file) in rows {
        page.push_str(&format!("- [`{code}`]({file}): {}\n", summary(document)));
    }
}

/// The first paragraph of a document, on one line.
fn summary(document: &str) -> String {
    let paragraph = document.split("\n\n").nth(1).unwrap_or_default();
    paragraph.lines().collect::<Vec<_>>().join(" ")
}

fn documents() -> impl Iterator<Item = (&'static str, &'static str)> {
    let refused = refused::DOCUMENTS.iter().copied();
    rules().map(|rule| (rule.code, rule.document)).chain(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names without extension of the files in a folder here that have it.
    fn files(folder: &str, extension: &str) -> Vec<String> {
        let folder = format!("{}/src/check/{folder}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> = entries
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
            .filter(|name| name != "mod")
            .collect();
        names.sort();
        names
    }

    #[test]
    fn every_rule_has_a_file_and_a_document_in_the_folder_of_its_band() {
        for (band, rules) in BANDS {
            let codes: Vec<&str> = rules.iter().map(|rule| rule.code).collect();
            assert_eq!(codes, files(band, "rs"), "{band}");
            assert_eq!(codes, files(band, "md"), "{band}");
        }
        let refused: Vec<&str> = refused::DOCUMENTS.iter().map(|(code, _)| *code).collect();
        assert_eq!(refused, files("refused", "md"));
    }
}
