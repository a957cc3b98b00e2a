//! Two bundles compared: text now; meaning and impact stand beside it as they come.

use serde_json::{Value, json};
use similar::TextDiff;

/// A file that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    pub path: String,
    pub kind: ChangeKind,
    /// Unified, with three lines around each change.
    pub unified: String,
    pub added: usize,
    pub removed: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
}

impl ChangeKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

impl FileChange {
    /// None if nothing differs.
    pub fn between(path: &str, old: Option<&str>, new: Option<&str>) -> Option<Self> {
        let kind = match (old, new) {
            (None, None) => return None,
            (None, Some(_)) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Removed,
            (Some(old), Some(new)) if old == new => return None,
            (Some(_), Some(_)) => ChangeKind::Changed,
        };
        let diff = TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default());
        let name = |side: &str, text: Option<&str>| {
            if text.is_some() {
                format!("{side}/{path}")
            } else {
                "/dev/null".to_owned()
            }
        };
        let unified = diff
            .unified_diff()
            .context_radius(3)
            .header(&name("a", old), &name("b", new))
            .to_string();
        let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
        Some(Self {
            path: path.to_owned(),
            kind,
            added: count(similar::ChangeTag::Insert),
            removed: count(similar::ChangeTag::Delete),
            unified,
        })
    }
}

/// As `diff -u` prints it.
pub fn text(changes: &[FileChange]) -> String {
    changes.iter().map(|change| change.unified.as_str()).collect()
}

/// A table of files, then each difference folded.
pub fn markdown(changes: &[FileChange]) -> String {
    if changes.is_empty() {
        return "The bundle does not change.\n".to_owned();
    }
    let mut text = format!(
        "**{} files change**\n\n| file | | lines |\n| --- | --- | --- |\n",
        changes.len()
    );
    for change in changes {
        text.push_str(&format!(
            "| `{}` | {} | +{} −{} |\n",
            change.path,
            change.kind.name(),
            change.added,
            change.removed
        ));
    }
    for change in changes {
        let fence = fence(&change.unified);
        text.push_str(&format!(
            "\n<details><summary><code>{}</code></summary>\n\n{fence}diff\n{}{fence}\n\n</details>\n",
            change.path, change.unified
        ));
    }
    text
}

/// Longer than any run of backticks inside.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

pub fn json(changes: &[FileChange]) -> Value {
    changes
        .iter()
        .map(|change| json!({"path": change.path, "change": change.kind.name(), "added": change.added, "removed": change.removed, "diff": change.unified}))
        .collect()
}
