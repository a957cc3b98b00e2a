//! Two bundles compared by text; [`environments`] compares what two environments of one manifest say.

pub mod environments;

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
        let heads = [old.map(|_| format!("a/{path}")), new.map(|_| format!("b/{path}"))];
        Self::named(path, old, new, heads)
    }

    /// As [`Self::between`], under names of its own.
    fn named(path: &str, old: Option<&str>, new: Option<&str>, heads: [Option<String>; 2]) -> Option<Self> {
        let kind = match (old, new) {
            (None, None) => return None,
            (None, Some(_)) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Removed,
            (Some(old), Some(new)) if old == new => return None,
            (Some(_), Some(_)) => ChangeKind::Changed,
        };
        let diff = TextDiff::from_lines(old.unwrap_or_default(), new.unwrap_or_default());
        let [old, new] = heads.map(|name| name.unwrap_or_else(|| "/dev/null".to_owned()));
        let unified = diff.unified_diff().context_radius(3).header(&old, &new).to_string();
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

/// A table of files, then each difference folded, as far as there is room.
pub fn markdown(changes: &[FileChange], limit: Option<usize>) -> String {
    if changes.is_empty() {
        return "The bundle does not change.\n".to_owned();
    }
    let limit = limit.unwrap_or(usize::MAX);
    let head = match changes.len() {
        1 => "**1 file changes**".to_owned(),
        count => format!("**{count} files change**"),
    };
    let mut text = format!("{head}\n\n| file | | lines |\n| --- | --- | --- |\n");
    // What says that something is missing has its place in any case.
    let room = limit.saturating_sub(200);
    for (index, change) in changes.iter().enumerate() {
        let row = format!(
            "| `{}` | {} | +{} −{} |\n",
            change.path,
            change.kind.name(),
            change.added,
            change.removed
        );
        if text.len() + row.len() > room {
            text.push_str(&format!(
                "\n{} more files, and the differences, are too long to stand here: `sitewright diff` shows them.\n",
                changes.len() - index
            ));
            return text;
        }
        text.push_str(&row);
    }
    let mut left_out = 0;
    for change in changes {
        let fence = fence(&change.unified);
        let folded = format!(
            "\n<details><summary><code>{}</code></summary>\n\n{fence}diff\n{}{fence}\n\n</details>\n",
            change.path, change.unified
        );
        if text.len() + folded.len() > room {
            left_out += 1;
        } else {
            text.push_str(&folded);
        }
    }
    if left_out > 0 {
        text.push_str(&format!(
            "\n{left_out} of the differences are too long to stand here: `sitewright diff` shows them.\n"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_keeps_to_its_limit() {
        let long = "line\n".repeat(1000);
        let changes: Vec<FileChange> = (0..40)
            .filter_map(|index| FileChange::between(&format!("production/vps/{index}"), None, Some(&long)))
            .collect();
        assert!(markdown(&changes, None).len() > 200_000);
        for limit in [600, 2_000, 20_000] {
            let text = markdown(&changes, Some(limit));
            assert!(text.len() <= limit, "{} > {limit}", text.len());
            assert!(text.contains("too long to stand here") && text.matches("```").count().is_multiple_of(2));
        }
    }
}
