//! Collects findings: makes their places concrete, orders them, and tells a finding once that several environments share.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{At, Diagnostic, Severity};
use crate::source::{Files, Layer, Node, Origin};

#[derive(Clone, Debug, Default)]
pub struct Report {
    pub files: Files,
    findings: Vec<Diagnostic>,
    /// Silenced, each with its reason.
    waived: Vec<Diagnostic>,
    /// All environments that were looked at.
    environments: BTreeSet<String>,
}

impl Report {
    pub fn new(files: &Files) -> Report {
        Report {
            files: files.clone(),
            ..Report::default()
        }
    }

    pub fn push(&mut self, finding: Diagnostic) {
        if finding.waived.is_some() {
            self.waived.push(finding);
        } else {
            self.findings.push(finding);
        }
    }

    pub fn extend(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }

    /// Makes the labels concrete that point into `root`. To be called while `root` is at hand, before `absorb`.
    pub fn locate(&mut self, root: &Node) {
        for finding in self.findings.iter_mut().chain(&mut self.waived) {
            for label in &mut finding.labels {
                let (pointer, origin) = match &label.at {
                    At::Pointer(pointer) => (pointer.clone(), root.locate(pointer)),
                    At::Key(pointer) => (pointer.clone(), root.locate_key(pointer)),
                    At::Place(_) | At::None => continue,
                };
                label.at = origin.place.into();
                label.text = told(&label.text, &origin);
                label.layer = Some(origin.layer);
                label.pointer = Some(pointer);
            }
        }
    }

    /// Takes over what was found in one environment. Equal findings of several environments become one that lists them.
    pub fn absorb(&mut self, environment: &str, mut other: Report) {
        for finding in other.findings.iter_mut().chain(&mut other.waived) {
            finding.environments = vec![environment.to_owned()];
        }
        self.environments.insert(environment.to_owned());
        self.findings.append(&mut other.findings);
        self.waived.append(&mut other.waived);
    }

    /// Puts the findings in their order and drops repetitions.
    pub fn finish(&mut self) {
        let all = self.environments.len();
        self.findings = united(std::mem::take(&mut self.findings), all);
        self.waived = united(std::mem::take(&mut self.waived), all);
    }

    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// What the author silenced.
    pub fn waived(&self) -> &[Diagnostic] {
        &self.waived
    }

    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// 0 where there is nothing to mend, else 1.
    pub fn exit_code(&self, deny_warnings: bool) -> u8 {
        u8::from(self.has_errors() || deny_warnings && !self.is_empty())
    }

    /// "2 errors, 1 warning".
    pub fn summary(&self) -> String {
        let part = |severity: Severity| {
            let count = self.count(severity);
            (count > 0).then(|| format!("{count} {}{}", severity.name(), if count == 1 { "" } else { "s" }))
        };
        let parts: Vec<String> = [part(Severity::Error), part(Severity::Warning)]
            .into_iter()
            .flatten()
            .collect();
        let found = if parts.is_empty() {
            "nothing found".to_owned()
        } else {
            parts.join(", ")
        };
        match self.waived.len() {
            0 => found,
            count => format!("{found}, {count} waived"),
        }
    }
}

/// In order, and equal findings of several environments as one that lists them, but not where those are all there are.
fn united(mut findings: Vec<Diagnostic>, environments: usize) -> Vec<Diagnostic> {
    findings.sort_by(order);
    let mut kept: Vec<Diagnostic> = Vec::new();
    for finding in findings {
        match kept.last_mut() {
            Some(last) if repeats(last, &finding) => last.environments.extend(finding.environments),
            _ => kept.push(finding),
        }
    }
    for finding in &mut kept {
        finding.environments.sort();
        finding.environments.dedup();
        if finding.environments.len() == environments {
            finding.environments.clear();
        }
    }
    kept
}

/// By place, what has none last; the rest makes the order total, so that it is the same on every run.
fn order(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    let place = |finding: &Diagnostic| finding.place().map_or((true, None), |place| (false, Some(place)));
    place(a)
        .cmp(&place(b))
        .then(a.severity.cmp(&b.severity))
        .then(a.code.cmp(b.code))
        .then_with(|| a.title.cmp(&b.title))
        .then_with(|| labels(a).cmp(labels(b)))
        .then_with(|| (&a.why, &a.help).cmp(&(&b.why, &b.help)))
}

fn labels(finding: &Diagnostic) -> impl Iterator<Item = (&At, &str)> {
    finding.labels.iter().map(|label| (&label.at, label.text.as_str()))
}

/// Whether a reader would learn nothing from the second one: it says the same, or it is about another service that has the
/// same value from `defaults`.
fn repeats(a: &Diagnostic, b: &Diagnostic) -> bool {
    let shared = |finding: &Diagnostic| {
        finding
            .labels
            .first()
            .is_some_and(|label| matches!(label.layer, Some(Layer::Defaults(_))))
    };
    order(a, b).is_eq() || a.code == b.code && shared(a) && labels(a).eq(labels(b))
}

/// A value that another layer set is told as such: the reader would look for it in the wrong place.
fn told(text: &str, origin: &Origin) -> String {
    let by = match &origin.layer {
        Layer::Manifest | Layer::Include => return text.to_owned(),
        Layer::Environment(name) => format!("set by environment `{name}`"),
        Layer::Defaults(section) => format!("set by `{section}`"),
        Layer::Default => "by default".to_owned(),
    };
    if text.is_empty() { by } else { format!("{text} ({by})") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Pointer, Schema, Source};

    #[test]
    fn one_finding_of_two_environments_lists_them_and_of_all_does_not() {
        let text = "a: 1\nb: 2\nenvironments: {x: {}, y: {a: 3}, z: {}}\n";
        let source = Source::read("site.yaml", text, &Schema::default()).unwrap();
        let mut all = Report::new(&source.files);
        for name in ["z", "x", "y"] {
            let (root, _) = source.environment(name, &Schema::default());
            let mut report = Report::new(&source.files);
            report.push(Diagnostic::error("r", "about a").at(Pointer::root().child("a"), "here"));
            report.push(Diagnostic::error("r", "about b").at(Pointer::root().child("b"), "here"));
            report.locate(&root);
            all.absorb(name, report);
        }
        all.finish();
        let told: Vec<_> = all
            .findings()
            .iter()
            .map(|f| (f.title.as_str(), f.environments.join("+"), f.labels[0].text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("about a", "x+z".into(), "here"),
                ("about b", String::new(), "here"),
                ("about a", "y".into(), "here (set by environment `y`)")
            ]
        );
        assert_eq!(all.summary(), "3 errors");
        assert_eq!(all.exit_code(false), 1);
    }

    #[test]
    fn what_services_have_from_defaults_is_told_once() {
        let text = "defaults: {all: {on: x}}\nservices: {a: {}, b: {}, c: {on: y}}\n";
        let source = Source::read("site.yaml", text, &Schema::default()).unwrap();
        let root = crate::source::defaults(source.root, &Schema::default());
        let mut report = Report::new(&source.files);
        for name in ["a", "b", "c"] {
            let at = Pointer::root().child("services").child(name).child("on");
            report.push(Diagnostic::error("r", format!("no host for {name}")).at(at, "here"));
        }
        report.locate(&root);
        report.finish();
        let told: Vec<_> = report
            .findings()
            .iter()
            .map(|f| (f.title.as_str(), f.labels[0].text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("no host for a", "here (set by `defaults.all`)"),
                ("no host for c", "here")
            ]
        );
    }
}
