//! Every mutant of a manifest: one node is dropped, emptied, of another type, another name, another number.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

pub(crate) struct Mutant {
    /// What was done.
    pub(crate) kind: &'static str,
    pub(crate) pointer: String,
    /// The whole manifest, as JSON, which is YAML too.
    pub(crate) text: String,
    to: String,
}

impl Mutant {
    pub(crate) fn name(&self) -> String {
        format!("{} {} {}", self.kind, self.pointer, self.to)
    }

    /// Its place in an order that stays the same as long as the manifest does.
    pub(crate) fn rank(&self, site: &str) -> u64 {
        let digest = Sha256::digest(format!("{site} {}", self.name()));
        digest[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }
}

/// Sections whose keys are names that other parts of a manifest refer to.
const NAMED: [&str; 8] = [
    "hosts",
    "services",
    "secrets",
    "databases",
    "processes",
    "notify",
    "environments",
    "data",
];

pub(crate) fn mutants(tree: &Value) -> Vec<Mutant> {
    let mut names = BTreeSet::new();
    collect(tree, &mut names);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    walk(tree, tree, "", &names, &mut found);
    found
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    for (key, child) in value.as_object().into_iter().flatten() {
        if let (true, Some(map)) = (NAMED.contains(&key.as_str()), child.as_object()) {
            names.extend(map.keys().cloned());
        }
        collect(child, names);
    }
}

fn walk(tree: &Value, value: &Value, at: &str, names: &[&str], found: &mut Vec<Mutant>) {
    if !at.is_empty() {
        for (kind, to) in changes(value, names) {
            found.push(mutant(tree, at, kind, Some(to)));
        }
        found.push(mutant(tree, at, "drop", None));
    }
    match value {
        Value::Object(map) => {
            for (key, child) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                walk(tree, child, &format!("{at}/{key}"), names, found);
            }
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| walk(tree, item, &format!("{at}/{index}"), names, found)),
        _ => {}
    }
}

/// What a value can become.
fn changes(value: &Value, names: &[&str]) -> Vec<(&'static str, Value)> {
    let mut to = match value {
        Value::Bool(on) => vec![("flip", json!(!on)), ("type", json!("text")), ("type", json!(7))],
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or(1);
            vec![
                ("number", json!(number + 1)),
                ("number", json!(number / 2)),
                ("number", json!(number * 2)),
                ("number", json!(-number)),
                ("number", json!(80)),
                ("type", json!(number.to_string())),
                ("type", json!({"a": number})),
            ]
        }
        Value::String(text) => {
            let mut to = vec![("empty", json!("")), ("type", json!({"a": text})), ("type", json!(7))];
            to.extend(scaled(text).into_iter().map(|text| ("size", json!(text))));
            // Names stand alone or before a dot, as in `shop.web`.
            let first = text.split('.').next().unwrap_or_default();
            if names.contains(&first) {
                let others = names.iter().filter(|name| **name != first);
                to.extend(
                    others
                        .take(3)
                        .map(|name| ("name", json!(text.replacen(first, name, 1)))),
                );
                to.push(("name", json!(format!("{text}x"))));
            }
            to
        }
        Value::Array(_) => vec![("empty", json!([])), ("type", json!("text")), ("type", json!({"a": 1}))],
        Value::Object(_) => vec![("empty", json!({})), ("type", json!("text")), ("type", json!(["a"]))],
        Value::Null => vec![("type", json!("text"))],
    };
    to.push(("null", Value::Null));
    to.retain(|(_, changed)| changed != value);
    to
}

/// Half and twice a size, a rate or a time.
fn scaled(text: &str) -> Vec<String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let is_unit = !unit.is_empty() && unit.len() <= 4 && unit.chars().all(|c| c.is_ascii_alphabetic() || c == '/');
    match number.parse::<u64>() {
        Ok(number) if is_unit => vec![format!("{}{unit}", number / 2), format!("{}{unit}", number * 2)],
        _ => Vec::new(),
    }
}

fn mutant(tree: &Value, pointer: &str, kind: &'static str, to: Option<Value>) -> Mutant {
    let mut tree = tree.clone();
    let shown = to.as_ref().map(ToString::to_string).unwrap_or_default();
    match to {
        Some(to) => *tree.pointer_mut(pointer).expect("it was found there") = to,
        None => drop_at(&mut tree, pointer),
    }
    Mutant {
        kind,
        pointer: pointer.to_owned(),
        text: tree.to_string(),
        to: shown.chars().take(60).collect(),
    }
}

fn drop_at(tree: &mut Value, pointer: &str) {
    let (outer, last) = pointer.rsplit_once('/').expect("it is not the root");
    match tree.pointer_mut(outer).expect("it was found there") {
        Value::Object(map) => {
            let kept: Map<String, Value> = map
                .iter()
                .filter(|(key, _)| key.replace('~', "~0").replace('/', "~1") != last)
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            *map = kept;
        }
        Value::Array(items) => drop(items.remove(last.parse().expect("an index"))),
        _ => {}
    }
}
