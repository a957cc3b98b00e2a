//! Two environments of one manifest compared: what their author made different, and what that does to their files.
//!
//! Names that differ because they must (of the environment, its domain, its addresses) are told once and then taken as
//! the same.

mod causes;
mod files;
mod human;
mod json;
mod markdown;
mod settings;
mod values;
mod words;

pub use causes::Suppose;
pub use files::EnvironmentFile;
pub use human::{Detail, human};
pub use json::json;
pub use markdown::markdown;
pub use settings::SettingChange;
pub use values::{Found, ValueChange};
pub use words::Pair;

use words::Words;

use crate::bundle::Compiled;
use crate::source::{Files, Node};

/// One environment: its manifest with every default, and what became of it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub tree: &'a Node,
    pub compiled: &'a Compiled,
}

/// How the second environment differs from the first.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub from: String,
    pub to: String,
    /// Taken as the same.
    pub names: Vec<Pair>,
    /// Hosts that only one has, and whether that is the second.
    pub hosts: Vec<(String, bool)>,
    pub values: Vec<ValueChange>,
    pub files: Vec<EnvironmentFile>,
}

impl Comparison {
    pub fn new(from: Side, to: Side, files: &Files, suppose: Suppose) -> Self {
        let words = Words::of(from, to);
        let all = values::compare(from.tree, to.tree, &words, files);
        let mut files = files::compare(from, to, &words, &all);
        causes::find(&mut files, &all, [from, to], &words, suppose);
        let is_host = |change: &ValueChange| {
            let mut segments = change.pointer.segments();
            segments.next().is_some_and(|first| first == "hosts")
                && segments.count() == 1
                && (change.from.is_none() || change.to.is_none())
        };
        let (hosts, values): (Vec<_>, Vec<_>) = all.into_iter().partition(is_host);
        Self {
            from: from.compiled.site.environment.clone(),
            to: to.compiled.site.environment.clone(),
            hosts: hosts
                .iter()
                .filter_map(|change| Some((change.pointer.last()?.into_owned(), change.from.is_none())))
                .collect(),
            values,
            files,
            names: words.pairs,
        }
    }

    /// Nothing but names differs.
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty() && self.values.is_empty() && self.files.is_empty()
    }

    /// `2 hosts, 3 services and 14 files differ`, without what does not.
    fn head(&self) -> String {
        let mut sections: Vec<(&str, Vec<String>)> = vec![("host", Vec::new()), ("service", Vec::new())];
        let mut others = 0;
        sections[0].1.extend(self.hosts.iter().map(|(host, _)| host.clone()));
        for change in &self.values {
            let mut segments = change.pointer.segments();
            let first = segments.next().unwrap_or_default();
            let name = segments.next().unwrap_or_default().into_owned();
            match sections.iter_mut().find(|(section, _)| format!("{section}s") == first) {
                Some((_, names)) if !names.contains(&name) => names.push(name),
                Some(_) => {}
                None => others += 1,
            }
        }
        let mut counts: Vec<(usize, &str)> = sections
            .iter()
            .map(|(section, names)| (names.len(), *section))
            .collect();
        counts.extend([(others, "other setting"), (self.files.len(), "file")]);
        let parts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| plural(count, what))
            .collect();
        match parts.as_slice() {
            [] => "nothing differs but names".to_owned(),
            [one] if one.starts_with("1 ") => format!("{one} differs"),
            [one] => format!("{one} differ"),
            [most @ .., last] => format!("{} and {last} differ", most.join(", ")),
        }
    }

    /// What the files section says of a file in a word or two.
    fn measure(&self, file: &EnvironmentFile) -> String {
        use super::ChangeKind::{Added, Changed, Removed};
        match (file.kind, &file.text) {
            (Added, _) => format!("only in {}", self.to),
            (Removed, _) => format!("only in {}", self.from),
            (Changed, Some(text)) if file.settings.is_empty() => {
                format!("lines +{} -{}", text.added, text.removed)
            }
            (Changed, _) => plural(file.settings.len(), "setting"),
        }
    }

    /// Where a value was written on each side, `site.yaml:25, :17`.
    fn places(change: &ValueChange) -> String {
        let place = |found: &Option<Found>, known: Option<&str>| {
            found.as_ref().map(|found| match &found.place {
                Some((file, line)) if Some(file.as_str()) == known => format!(":{line}"),
                Some((file, line)) => format!("{file}:{line}"),
                None => "default".to_owned(),
            })
        };
        let written = change.from.as_ref().and_then(|found| found.place.as_ref());
        let first = place(&change.from, None);
        let second = place(&change.to, written.map(|(file, _)| file.as_str()));
        first.into_iter().chain(second).collect::<Vec<_>>().join(", ")
    }
}

fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// A value on one line, for a cell; `limit` in characters.
fn cell(value: Option<&serde_json::Value>, limit: usize) -> String {
    use serde_json::Value;
    fn flow(value: &Value) -> String {
        match value {
            Value::String(text) if text.is_empty() || text.chars().any(char::is_control) => value.to_string(),
            Value::String(text) => text.clone(),
            Value::Array(list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
            Value::Object(map) => {
                let pairs: Vec<String> = map
                    .iter()
                    .map(|(key, value)| format!("{key}: {}", flow(value)))
                    .collect();
                format!("{{{}}}", pairs.join(", "))
            }
            value => value.to_string(),
        }
    }
    let text = value.map_or_else(|| "-".to_owned(), flow);
    if text.chars().count() <= limit {
        return text;
    }
    let head: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{head}…")
}
