//! Findings that several instances or hosts have in common.

use crate::diag::Diagnostic;

/// Each finding once: instances of a service are alike, and so are hosts.
pub(super) fn once(findings: impl IntoIterator<Item = Diagnostic>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
}
