//! Rules: mistakes that cross files. One file and one document a rule.

/// The document of a rule.
pub fn document(code: &str) -> Option<&'static str> {
    DOCUMENTS
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, document)| *document)
}

/// The codes of all rules.
pub fn codes() -> impl Iterator<Item = &'static str> {
    DOCUMENTS.iter().map(|(code, _)| *code)
}

/// Code and document, by code.
const DOCUMENTS: &[(&str, &str)] = &[];
