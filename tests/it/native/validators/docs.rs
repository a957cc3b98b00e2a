//! Documents: every relative link leads to a file, and every anchor to a heading.

use std::fs;
use std::path::Path;

use super::Validator;
use crate::native::finding::Finding;

pub(crate) static LINKS: Validator = Validator {
    name: "links",
    family: "docs",
    needs: &[],
    takes: |file| file.ends(&[".md"]),
    run: |_, files| {
        let mut findings = Vec::new();
        for file in files {
            let text = file.text();
            let folder = file.disk.parent().expect("a file is in a folder");
            for target in targets(&text) {
                if let Some(problem) = problem(&text, folder, &target) {
                    findings.push(Finding::new(&file.at, problem));
                }
            }
        }
        findings
    },
    generic: false,
};

fn problem(text: &str, folder: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let to = folder.join(path);
    if !to.exists() {
        return Some(format!("a link to nothing: {target}"));
    }
    if path.starts_with('/') {
        return Some(format!("a link out of the bundle: {target}"));
    }
    let there = if path.is_empty() {
        text.to_owned()
    } else {
        fs::read_to_string(to).unwrap_or_default()
    };
    let known = anchor.is_empty() || anchors(&there).iter().any(|known| known == anchor);
    (!known).then(|| format!("no heading for: {target}"))
}

/// What stands in `](…)`, but not in code.
fn targets(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        }
        if code {
            continue;
        }
        // Odd pieces are inside of backquotes.
        let prose: String = line
            .split('`')
            .enumerate()
            .map(|(at, piece)| if at % 2 == 0 { piece } else { "x" })
            .collect();
        let pieces = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        found.extend(pieces.map(str::to_owned));
    }
    found
}

/// Headings as the usual web front ends make anchors of them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let slug = |line: &str| {
        let kept = line.trim_start_matches('#').trim().to_lowercase();
        let kept: String = kept
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
            .collect();
        kept.replace(' ', "-")
    };
    headings.map(slug).collect()
}
