//! Which value makes which file differ, found out by trying: one environment with one value of the other.
//!
//! A file's origins name sections, and a value may reach a file by a way that they do not name (how many instances an app
//! has is in the connection limit of its role). So origins are only asked where no value alone changes the file.

use std::collections::BTreeMap;

use super::words::Words;
use super::{EnvironmentFile, Side, ValueChange};
use crate::bundle::Compiled;
use crate::diff::ChangeKind;
use crate::source::{Node, Pointer, Value};
use crate::spread::spread;

/// Compiles the environment of that name from another tree, if that is possible.
pub type Suppose<'a> = &'a (dyn Fn(&str, &Node) -> Option<Compiled> + Sync);

/// Files by name that a value changes, and whether it makes or unmakes them.
type Effect = BTreeMap<String, bool>;

/// The values that are enough to change a file of the first environment; else those that its like in the second cannot be
/// without, as where it takes two of them together.
pub(super) fn find(
    files: &mut [EnvironmentFile],
    values: &[ValueChange],
    [from, to]: [Side; 2],
    words: &Words,
    suppose: Suppose,
) {
    let mut open: Vec<&mut EnvironmentFile> = files.iter_mut().collect();
    for [of, with] in [[from, to], [to, from]] {
        if open.is_empty() {
            return;
        }
        let effects = effects(values, of, with, suppose);
        open.retain_mut(|file| {
            let causes: Vec<Pointer> = values
                .iter()
                .zip(&effects)
                .filter(|(_, effect)| effect.iter().any(|(name, whole)| is_told(file, name, *whole, words)))
                .map(|(change, _)| change.pointer.clone())
                .collect();
            let is_open = causes.is_empty();
            if !is_open {
                file.because = causes;
            }
            is_open
        });
    }
}

/// Whether what happens to a file of this name, in either environment's words, is what the difference tells of.
fn is_told(file: &EnvironmentFile, name: &str, whole: bool, words: &Words) -> bool {
    let is_it = file.name == name || file.was.as_deref() == Some(name) || words.map(name) == file.name.as_str();
    is_it && (whole || file.kind == ChangeKind::Changed)
}

/// What each value of the other environment does to this one.
fn effects(values: &[ValueChange], of: Side, with: Side, suppose: Suppose) -> Vec<Effect> {
    let before = contents(of.compiled);
    spread(values, |change| {
        let mut tree = of.tree.clone();
        let supposed = put(&mut tree, &change.pointer, with.tree.get(&change.pointer))
            .and_then(|()| suppose(&of.compiled.site.environment, &tree));
        supposed
            .map(|compiled| effect(&before, &contents(&compiled)))
            .unwrap_or_default()
    })
}

/// What makes up each file, by the name that [`EnvironmentFile`] has for it.
fn contents(compiled: &Compiled) -> BTreeMap<String, String> {
    let artifacts = compiled.hosts.iter().flat_map(|host| {
        host.artifacts.iter().map(move |artifact| {
            let rights = format!("{}:{} {:o}", artifact.owner, artifact.group, artifact.mode);
            (
                format!("{}:{}", host.host, artifact.path),
                format!("{rights}\n{}", artifact.content),
            )
        })
    });
    let delivery = compiled.delivery.programs.iter().chain(&compiled.delivery.data);
    artifacts
        .chain(delivery.map(|(path, text)| (path.clone(), text.clone())))
        .collect()
}

fn effect(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Effect {
    let names = before.keys().chain(after.keys());
    names
        .map(|name| (name, before.get(name), after.get(name)))
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| (name.clone(), old.is_none() || new.is_none()))
        .collect()
}

/// Puts the value there, or takes away what is; none if there is no such place.
fn put(tree: &mut Node, at: &Pointer, value: Option<&Node>) -> Option<()> {
    let segments: Vec<String> = at.segments().map(std::borrow::Cow::into_owned).collect();
    let (last, way) = segments.split_last()?;
    let mut node = tree;
    for segment in way {
        node = match &mut node.value {
            Value::Map(map) => map.get_mut(segment)?,
            Value::List(list) => list.get_mut(segment.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    match (&mut node.value, value) {
        (Value::Map(map), Some(value)) => {
            map.insert(last.clone(), value.clone());
        }
        (Value::Map(map), None) => {
            map.shift_remove(last)?;
        }
        (Value::List(list), Some(value)) => *list.get_mut(last.parse::<usize>().ok()?)? = value.clone(),
        _ => return None,
    }
    Some(())
}
