//! For programs. The shape is stable: keys may be added, none is renamed or dropped while `format` stays 1.
//!
//! ```json
//! {"format": 1, "errors": 1, "warnings": 0, "findings": [{
//!   "code": "unknown-key", "severity": "error", "title": "…", "why": "…", "help": "…", "environments": [],
//!   "labels": [{"file": "site.yaml", "line": 3, "column": 5, "end_line": 3, "end_column": 10, "pointer": "/services/api/limts",
//!               "layer": "manifest", "text": "…"}]
//! }]}
//! ```
//!
//! Lines and columns count from 1, columns in Unicode characters, an end is exclusive. A label without a place has no `file`.
//! `waived` holds the findings that the author silenced, in the same shape, each with the reason under its own `waived`.
//! `environments` lists those that the finding is about; it is empty where it is about all of them.

use serde_json::{Value, json};

use super::{At, Diagnostic, Label, Report, Severity};

pub fn json(report: &Report) -> Value {
    let label = |label: &Label| {
        let mut out = serde_json::Map::new();
        if let At::Place(place) = label.at {
            let (start, end) = (report.files.start(place), report.files.end(place));
            out.insert("file".into(), report.files.name(place.file).into());
            out.insert("line".into(), start.line.into());
            out.insert("column".into(), start.column.into());
            out.insert("end_line".into(), end.line.into());
            out.insert("end_column".into(), end.column.into());
        }
        if let Some(pointer) = &label.pointer {
            out.insert("pointer".into(), pointer.as_str().into());
        }
        if let Some(layer) = &label.layer {
            out.insert("layer".into(), layer.to_string().into());
        }
        out.insert("text".into(), label.text.as_str().into());
        Value::Object(out)
    };
    let finding = |finding: &Diagnostic| {
        let mut out = json!({
            "code": finding.code,
            "severity": finding.severity.name(),
            "title": finding.title,
            "why": finding.why,
            "help": finding.help,
            "environments": finding.environments,
            "labels": finding.labels.iter().map(label).collect::<Vec<_>>(),
        });
        if let Some(reason) = &finding.waived {
            out["waived"] = reason.as_str().into();
        }
        out
    };
    json!({
        "format": 1,
        "errors": report.count(Severity::Error),
        "warnings": report.count(Severity::Warning),
        "findings": report.findings().iter().map(finding).collect::<Vec<_>>(),
        "waived": report.waived().iter().map(finding).collect::<Vec<_>>(),
    })
}
