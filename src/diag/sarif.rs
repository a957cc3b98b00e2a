//! SARIF 2.1.0, which code hosts and editors read.

use serde_json::{Value, json};

use super::{At, Diagnostic, Label, Report};
use crate::source::Place;

pub fn sarif(report: &Report) -> Value {
    let all = || report.findings().iter().chain(report.waived());
    let mut codes: Vec<&str> = all().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<Value> = codes.iter().map(|code| json!({"id": code})).collect();
    let results: Vec<Value> = all().map(|finding| result(report, finding, &codes)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "sitewright", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(report: &Report, finding: &Diagnostic, codes: &[&str]) -> Value {
    let mut text = finding.title.clone();
    for part in [&finding.why, &finding.help] {
        if !part.is_empty() {
            text.push('\n');
            text.push_str(part);
        }
    }
    let placed: Vec<(Place, &Label)> = finding
        .labels
        .iter()
        .filter_map(|label| {
            if let At::Place(place) = label.at {
                Some((place, label))
            } else {
                None
            }
        })
        .collect();
    let mut out = json!({
        "ruleId": finding.code,
        "ruleIndex": codes.binary_search(&finding.code).expect("the codes were taken from these findings"),
        "level": finding.severity.name(),
        "message": {"text": text},
    });
    if let Some(((place, label), others)) = placed.split_first() {
        out["locations"] = json!([location(report, *place, label, None)]);
        if !others.is_empty() {
            out["relatedLocations"] = others
                .iter()
                .enumerate()
                .map(|(id, (place, label))| location(report, *place, label, Some(id)))
                .collect();
        }
    }
    if let Some(reason) = &finding.waived {
        out["suppressions"] = json!([{"kind": "inSource", "justification": reason}]);
    }
    if !finding.environments.is_empty() {
        out["properties"] = json!({"environments": finding.environments});
    }
    out
}

fn location(report: &Report, place: Place, label: &Label, id: Option<usize>) -> Value {
    let (start, end) = (report.files.start(place), report.files.end(place));
    let mut out = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(report.files.name(place.file))},
            "region": {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column},
        },
    });
    if !label.text.is_empty() {
        out["message"] = json!({"text": label.text});
    }
    if let Some(pointer) = &label.pointer {
        out["logicalLocations"] = json!([{"fullyQualifiedName": pointer.as_str()}]);
    }
    if let Some(id) = id {
        out["id"] = id.into();
    }
    out
}

/// A path as a relative URI reference: everything but the unreserved characters and `/` is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(byte as char),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
