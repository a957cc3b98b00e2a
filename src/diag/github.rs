//! Annotations that GitHub Actions puts beside the lines of a pull request.

use super::{Diagnostic, Report};

pub fn github(report: &Report) -> String {
    report.findings().iter().map(|finding| line(report, finding)).collect()
}

fn line(report: &Report, finding: &Diagnostic) -> String {
    let mut properties = Vec::new();
    if let Some(place) = finding.place() {
        let (start, end) = (report.files.start(place), report.files.end(place));
        properties.push(format!("file={}", property(report.files.name(place.file))));
        properties.push(format!("line={}", start.line));
        properties.push(format!("endLine={}", end.line));
        // GitHub refuses columns of a range that spans lines, and takes an end as inclusive.
        if start.line == end.line {
            properties.push(format!("col={}", start.column));
            properties.push(format!("endColumn={}", end.column.saturating_sub(1).max(start.column)));
        }
    }
    properties.push(format!(
        "title={}",
        property(&format!("{}: {}", finding.code, finding.title))
    ));
    let mut text = vec![finding.title.clone()];
    if !finding.environments.is_empty() {
        text.push(format!("In: {}", finding.environments.join(", ")));
    }
    text.extend(
        [&finding.why, &finding.help]
            .into_iter()
            .filter(|part| !part.is_empty())
            .cloned(),
    );
    format!(
        "::{} {}::{}\n",
        finding.severity.name(),
        properties.join(","),
        message(&text.join("\n"))
    )
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
