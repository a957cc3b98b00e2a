//! The files of two environments, each beside the one that does its work in the other.

use std::collections::{BTreeMap, BTreeSet};

use similar::{DiffOp, TextDiff};

use super::settings::{self, SettingChange};
use super::words::Words;
use super::{Side, ValueChange};
use crate::diff::{ChangeKind, FileChange};
use crate::emit::Artifact;
use crate::source::Pointer;

/// A file that differs by more than names.
#[derive(Debug, Clone)]
pub struct EnvironmentFile {
    /// `HOST:/PATH`, or the path under the environment's folder of what no host gets.
    pub name: String,
    /// Its name in the first environment, where that is another.
    pub was: Option<String>,
    /// `Added` is only in the second environment, `Removed` only in the first.
    pub kind: ChangeKind,
    /// Values of the manifest that differ and that it is made from.
    pub because: Vec<Pointer>,
    /// What differs by name, where the format has names; and owner and mode.
    pub settings: Vec<SettingChange>,
    /// What differs by line, the first environment in the words of the second.
    pub text: Option<FileChange>,
}

/// A file with what a host gives it.
#[derive(Clone, Copy)]
struct Item<'a> {
    host: &'a str,
    /// Under the environment's folder.
    path: &'a str,
    content: &'a str,
    artifact: Option<&'a Artifact>,
}

/// What differs on the hosts that both have, and in what deploys. Documents say the same in other words, and `plan.tsv`
/// and `bundle.json` follow from the files.
pub(super) fn compare(from: Side, to: Side, words: &Words, values: &[ValueChange]) -> Vec<EnvironmentFile> {
    let hosts = |side: Side| -> BTreeSet<String> { side.compiled.hosts.iter().map(|host| host.host.clone()).collect() };
    let both: BTreeSet<String> = hosts(from).intersection(&hosts(to)).cloned().collect();
    let (old, new) = (items(from, &both), items(to, &both));
    let mut left: BTreeSet<&String> = new.keys().collect();
    let mut pairs = Vec::new();
    // A name that both have is never the mapped name of another file.
    for name in old.keys() {
        let other = if left.remove(name) {
            Some(name.clone())
        } else {
            Some(words.map(name).into_owned()).filter(|mapped| !old.contains_key(mapped) && left.remove(mapped))
        };
        pairs.push((Some(name.clone()), other));
    }
    pairs.extend(left.into_iter().map(|name| (None, Some(name.clone()))));
    let mut found: Vec<EnvironmentFile> = pairs
        .into_iter()
        .filter_map(|(from_name, to_name)| {
            let old = from_name.as_ref().and_then(|name| old.get(name)).copied();
            let new = to_name.as_ref().and_then(|name| new.get(name)).copied();
            let sides = [from.compiled.site.environment.as_str(), &to.compiled.site.environment];
            let mut file = difference(old, new, sides, words, values)?;
            file.was = from_name.filter(|name| to_name.as_ref().is_some_and(|to| to != name));
            Some(file)
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn items<'a>(side: Side<'a>, hosts: &BTreeSet<String>) -> BTreeMap<String, Item<'a>> {
    let mut items = BTreeMap::new();
    for host in side.compiled.hosts.iter().filter(|host| hosts.contains(&host.host)) {
        for artifact in &host.artifacts {
            let item = Item {
                host: &host.host,
                path: &artifact.path,
                content: &artifact.content,
                artifact: Some(artifact),
            };
            items.insert(format!("{}:{}", host.host, artifact.path), item);
        }
    }
    let delivery = &side.compiled.delivery;
    for (path, content) in delivery.programs.iter().chain(&delivery.data) {
        let item = Item {
            host: "",
            path,
            content,
            artifact: None,
        };
        items.insert(path.clone(), item);
    }
    items
}

fn difference(
    old: Option<Item>,
    new: Option<Item>,
    [from, to]: [&str; 2],
    words: &Words,
    values: &[ValueChange],
) -> Option<EnvironmentFile> {
    let item = new.or(old)?;
    let placed = |item: Item| match item.host {
        "" => item.path.to_owned(),
        host => format!("{host}/rootfs{}", item.path),
    };
    let told = old.map(|old| {
        new.map_or_else(
            || old.content.to_owned(),
            |new| in_its_words(old.content, new.content, words),
        )
    });
    let heads = [
        old.map(|old| format!("{from}/{}", placed(old))),
        new.map(|new| format!("{to}/{}", placed(new))),
    ];
    let text = FileChange::named(&placed(item), told.as_deref(), new.map(|new| new.content), heads);
    let mut settings = Vec::new();
    if let (Some(old), Some(new)) = (old, new) {
        settings = rights(old, new);
        if let (Some(_), Some(was), Some(is)) = (
            &text,
            settings::of(old.path, old.content),
            settings::of(new.path, new.content),
        ) {
            settings.extend(settings::compare(&was, &is, words));
        }
    }
    if text.is_none() && settings.is_empty() {
        return None;
    }
    let lines = told.as_deref().zip(new).map_or_else(
        || [Vec::new(), Vec::new()],
        |(told, new)| changed_lines(told, new.content),
    );
    Some(EnvironmentFile {
        name: match item.host {
            "" => item.path.to_owned(),
            host => format!("{host}:{}", item.path),
        },
        was: None,
        kind: match (old, new) {
            (Some(_), Some(_)) => ChangeKind::Changed,
            (Some(_), None) => ChangeKind::Removed,
            _ => ChangeKind::Added,
        },
        because: because([old, new], &lines, values),
        settings,
        text,
    })
}

/// The first environment's text, each line in the words of the second if that makes it one of its lines.
fn in_its_words(from: &str, to: &str, words: &Words) -> String {
    let there: BTreeSet<&str> = to.split_inclusive('\n').collect();
    from.split_inclusive('\n')
        .map(|line| {
            if there.contains(line) {
                return line.into();
            }
            let mapped = words.map(line);
            if mapped == line || there.contains(mapped.as_ref()) {
                return mapped;
            }
            let same = there.iter().find(|other| words.same(line, other));
            same.map_or(mapped, |other| (*other).into())
        })
        .collect()
}

/// Owner and mode, as if they were settings.
fn rights(old: Item, new: Item) -> Vec<SettingChange> {
    let (Some(old), Some(new)) = (old.artifact, new.artifact) else {
        return Vec::new();
    };
    let owner = |artifact: &Artifact| format!("{}:{}", artifact.owner, artifact.group);
    let mode = |artifact: &Artifact| format!("{:04o}", artifact.mode);
    [("(owner)", owner(old), owner(new)), ("(mode)", mode(old), mode(new))]
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| SettingChange {
            name: name.to_owned(),
            from: Some(old),
            to: Some(new),
        })
        .collect()
}

/// Lines (from 1) of each side that the other has not.
fn changed_lines(from: &str, to: &str) -> [Vec<u32>; 2] {
    let mut lines = [Vec::new(), Vec::new()];
    let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
    for op in TextDiff::from_lines(from, to).ops() {
        if !matches!(op, DiffOp::Equal { .. }) {
            lines[0].extend(op.old_range().map(number));
            lines[1].extend(op.new_range().map(number));
        }
    }
    lines
}

/// The values that differ and that these lines are traced to; else those that the whole file is.
fn because(items: [Option<Item>; 2], lines: &[Vec<u32>; 2], values: &[ValueChange]) -> Vec<Pointer> {
    let artifacts = || items.iter().map(|item| item.and_then(|item| item.artifact)).zip(lines);
    let of_lines = artifacts()
        .filter_map(|(artifact, lines)| Some((artifact?, lines)))
        .flat_map(|(artifact, lines)| {
            lines.iter().filter_map(|line| {
                let stretch = artifact.lines.iter().take_while(|(first, _)| first <= line).last();
                stretch.map(|(_, origin)| origin.clone())
            })
        });
    let of_file = artifacts()
        .filter_map(|(artifact, _)| artifact)
        .flat_map(|artifact| artifact.origins.clone());
    let attempts: [BTreeSet<Pointer>; 2] = [of_lines.collect(), of_file.collect()];
    attempts
        .iter()
        .map(|origins| {
            let related = |change: &&ValueChange| {
                let pointer = &change.pointer;
                origins
                    .iter()
                    .any(|origin| origin.is_within(pointer) || pointer.is_within(origin))
            };
            let values = values.iter().filter(related);
            values.map(|change| change.pointer.clone()).collect::<Vec<_>>()
        })
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}
