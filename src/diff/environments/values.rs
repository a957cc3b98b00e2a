//! Two resolved manifests, leaf by leaf.

use serde_json::Value as Json;

use super::words::Words;
use crate::source::{Files, Layer, Node, Pointer, Value};

/// A value of the manifest that is another one, or missing, in the other environment.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueChange {
    pub pointer: Pointer,
    pub from: Option<Found>,
    pub to: Option<Found>,
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub value: Json,
    /// File and line; none for a default.
    pub place: Option<(String, usize)>,
}

impl Found {
    fn new(node: &Node, files: &Files) -> Self {
        let place = node.origin.place.or(node.key);
        Self {
            value: node.to_json(),
            place: place
                .filter(|_| node.origin.layer != Layer::Default)
                .map(|place| (files.name(place.file).to_owned(), files.start(place).line)),
        }
    }
}

/// What differs and does not have to; hosts and services first, the rest in the manifest's order.
pub(super) fn compare(from: &Node, to: &Node, words: &Words, files: &Files) -> Vec<ValueChange> {
    let mut walk = Walk {
        words,
        files,
        found: Vec::new(),
    };
    walk.node(&Pointer::root(), Some(from), Some(to));
    walk.found
        .sort_by_key(|change| match change.pointer.segments().next().as_deref() {
            Some("hosts") => 0,
            Some("services") => 1,
            _ => 2,
        });
    walk.found
}

struct Walk<'a> {
    words: &'a Words,
    files: &'a Files,
    found: Vec<ValueChange>,
}

impl Walk<'_> {
    fn node(&mut self, at: &Pointer, from: Option<&Node>, to: Option<&Node>) {
        if let (Some(from), Some(to)) = (from, to) {
            match (&from.value, &to.value) {
                (Value::Map(old), Value::Map(new)) => {
                    for (key, value) in old {
                        self.node(&at.child(key), Some(value), new.get(key));
                    }
                    for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                        self.node(&at.child(key), None, Some(value));
                    }
                    return;
                }
                // Lists of words are read whole; those of sections, one by one as long as they match.
                (Value::List(old), Value::List(new))
                    if old.len() == new.len() && !old.iter().chain(new).all(Node::is_scalar) =>
                {
                    for (index, (from, to)) in old.iter().zip(new).enumerate() {
                        self.node(&at.index(index), Some(from), Some(to));
                    }
                    return;
                }
                _ if self.same(from, to) => return,
                _ => {}
            }
        }
        self.found.push(ValueChange {
            pointer: at.clone(),
            from: from.map(|node| Found::new(node, self.files)),
            to: to.map(|node| Found::new(node, self.files)),
        });
    }

    fn same(&self, from: &Node, to: &Node) -> bool {
        match (&from.value, &to.value) {
            (Value::String(from), Value::String(to)) => self.words.same(from, to),
            (Value::List(from), Value::List(to)) => {
                from.len() == to.len() && from.iter().zip(to).all(|(from, to)| self.same(from, to))
            }
            _ => from.to_json() == to.to_json(),
        }
    }
}
