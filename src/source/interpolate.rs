//! `${site.domain}` in a text stands for a value elsewhere in the manifest.
//!
//! Dots separate keys, `$${` is a plain `${`. A text that is one reference and nothing else takes the type of what it refers
//! to. Keys of maps are left alone, and so is every secret.

use std::collections::BTreeMap;

use super::node::{Node, Origin, Value};
use super::pointer::Pointer;
use super::schema::Schema;
use crate::diag::{Diagnostic, listing, suggest};

/// The tree with every reference resolved. A text with a reference that cannot be resolved stays as it is.
#[must_use]
pub fn interpolate(root: Node, schema: &Schema) -> (Node, Vec<Diagnostic>) {
    let mut places = Vec::new();
    for (key, node) in root.as_map().into_iter().flatten() {
        // What `defaults` say has been laid under the services, and is told of there.
        if key != "defaults" {
            collect(node, &Pointer::root().child(key), &mut places);
        }
    }
    if places.is_empty() {
        return (root, Vec::new());
    }
    let mut resolver = Resolver {
        root: &root,
        schema,
        known: BTreeMap::new(),
        open: Vec::new(),
        findings: Vec::new(),
        grown: 0,
    };
    let resolved: Vec<(Pointer, Value)> = places
        .into_iter()
        .filter_map(|pointer| resolver.value(&pointer).map(|value| (pointer, value)))
        .collect();
    let findings = resolver.findings;
    let mut root = root;
    for (pointer, value) in resolved {
        if let Some(node) = reach(&mut root, &pointer) {
            node.value = value;
            node.spelling = None;
        }
    }
    (root, findings)
}

/// The texts that hold a reference.
fn collect(node: &Node, at: &Pointer, out: &mut Vec<Pointer>) {
    match &node.value {
        Value::String(text) if text.contains("${") => out.push(at.clone()),
        Value::List(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, node)| collect(node, &at.index(i), out)),
        Value::Map(map) => map.iter().for_each(|(key, node)| collect(node, &at.child(key), out)),
        _ => {}
    }
}

fn reach<'n>(root: &'n mut Node, pointer: &Pointer) -> Option<&'n mut Node> {
    pointer
        .segments()
        .try_fold(root, |node, segment| match &mut node.value {
            Value::Map(map) => map.get_mut(&*segment),
            Value::List(list) => list.get_mut(segment.parse::<usize>().ok()?),
            _ => None,
        })
}

struct Resolver<'a> {
    root: &'a Node,
    schema: &'a Schema,
    /// `None`: it was told already why there is no value.
    known: BTreeMap<Pointer, Option<Value>>,
    /// The texts that are being resolved, outermost first.
    open: Vec<Pointer>,
    findings: Vec<Diagnostic>,
    /// Bytes of all resolved texts.
    grown: usize,
}

/// References that lead through more texts than this are refused, as a chain is followed on the call stack.
const LONGEST: usize = 64;

/// All resolved texts together may grow to this: each level of references can double what is below it.
const LARGEST: usize = 4 << 20;

/// A manifest with more bad references than this has one mistake that makes them all.
const MOST_FINDINGS: usize = 100;

impl<'a> Resolver<'a> {
    fn value(&mut self, at: &Pointer) -> Option<Value> {
        if let Some(known) = self.known.get(at) {
            return known.clone();
        }
        if self.findings.len() >= MOST_FINDINGS {
            return None;
        }
        let text = self.root.get(at)?.as_str()?.to_owned();
        self.open.push(at.clone());
        let value = self.text(&text, at);
        self.open.pop();
        self.known.insert(at.clone(), value.clone());
        value
    }

    fn text(&mut self, text: &str, at: &Pointer) -> Option<Value> {
        let mut out = String::new();
        let mut complete = true;
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            if rest[..start].ends_with('$') {
                out.push_str(&rest[..start - 1]);
                out.push_str("${");
                rest = &rest[start + 2..];
                continue;
            }
            out.push_str(&rest[..start]);
            let inner = &rest[start + 2..];
            let Some(end) = inner.find('}') else {
                self.refuse(at, "this `${` is never closed", "write `$${` for a plain `${`");
                return None;
            };
            let alone = out.is_empty() && start == 0 && end + 1 == inner.len();
            rest = &inner[end + 1..];
            match self.reference(&inner[..end], at) {
                Some(found) if alone => return Some(found.value),
                Some(found) => {
                    out.push_str(&found.spelling());
                    if self.grown + out.len() > LARGEST {
                        self.refuse(
                            at,
                            "the references of this text make it too large",
                            "write some of them out",
                        );
                        self.grown = 0;
                        return None;
                    }
                }
                None => complete = false,
            }
        }
        out.push_str(rest);
        self.grown += out.len();
        complete.then_some(Value::String(out))
    }

    fn reference(&mut self, path: &str, at: &Pointer) -> Option<Node> {
        let (target, pointer) = self.target(path, at)?;
        if pointer.segments().next().is_some_and(|first| first == "secrets") || target.child("secret").is_some() {
            let help = format!(
                "write `{{secret: name}}` in place of the whole value of `{}`: it is filled in on the host",
                at.dotted()
            );
            self.refuse(
                at,
                format!("`${{{path}}}` is a secret, and a secret has no value here"),
                help,
            );
            return None;
        }
        let (target, pointer) = self.long(target, &pointer).unwrap_or((target, pointer));
        let (what, inner) = match &target.value {
            Value::Map(map) => ("a map", map.keys().map(|key| format!("{path}.{key}")).collect()),
            Value::List(list) => (
                "a list",
                (0..list.len()).map(|i| format!("{path}.{i}")).collect::<Vec<_>>(),
            ),
            Value::String(text) if text.contains("${") => return self.chained(&pointer, path, at),
            _ => return Some(target.clone()),
        };
        self.findings.push(
            Diagnostic::error(
                "bad-reference",
                format!("`${{{path}}}` is {what} and cannot stand in a text"),
            )
            .at(at, "referred to here")
            .at(pointer, what)
            .help(format!(
                "refer to one of its values: it has {}",
                listing(inner.iter().map(String::as_str))
            )),
        );
        None
    }

    fn chained(&mut self, pointer: &Pointer, path: &str, at: &Pointer) -> Option<Node> {
        if let Some(from) = self.open.iter().position(|open| open == pointer) {
            let mut finding = Diagnostic::error("reference-cycle", format!("`${{{path}}}` comes to stand for itself"));
            for (i, step) in self.open[from..].iter().rev().enumerate() {
                finding = finding.at(
                    step,
                    if i == 0 {
                        "the circle closes here"
                    } else {
                        "by way of this"
                    },
                );
            }
            self.findings.push(finding.help("write one of these values out"));
            return None;
        }
        if self.open.len() >= LONGEST {
            self.refuse(
                at,
                format!("`${{{path}}}` leads through more than {LONGEST} values"),
                "write one of them out",
            );
            return None;
        }
        self.value(pointer).map(|value| Node::new(value, Origin::DEFAULT))
    }

    /// Follows a dotted path. A key may itself have dots, as the names of routes do: the longest key that fits is taken.
    fn target(&mut self, path: &str, at: &Pointer) -> Option<(&'a Node, Pointer)> {
        let (mut node, mut pointer, mut rest) = (self.root, Pointer::root(), path);
        while !rest.is_empty() {
            let cuts = std::iter::once(rest.len()).chain(rest.rmatch_indices('.').map(|(cut, _)| cut));
            let Some((cut, child)) = cuts.into_iter().find_map(|cut| Some((cut, node.step(&rest[..cut])?))) else {
                break;
            };
            pointer = pointer.child(&rest[..cut]);
            node = child;
            rest = rest[cut..].trim_start_matches('.');
        }
        if rest.is_empty() && !path.is_empty() {
            return Some((node, pointer));
        }
        let (missing, after) = rest
            .split_once('.')
            .map_or((rest, String::new()), |(key, after)| (key, format!(".{after}")));
        let known: Vec<&str> = node
            .as_map()
            .into_iter()
            .flat_map(|map| map.keys())
            .map(String::as_str)
            .collect();
        let before = &path[..path.len() - rest.len()];
        let help = match suggest(missing, known.iter().copied()) {
            Some(near) => format!("did you mean `${{{before}{near}{after}}}`?"),
            None if pointer.is_root() => {
                format!(
                    "name a value of the manifest, as in `${{site.domain}}`, or write `$${{{path}}}` for a plain `${{{path}}}`"
                )
            }
            None => format!("`{}` has {}", pointer.dotted(), listing(known)),
        };
        self.refuse(at, format!("there is no `{path}` in the manifest"), help);
        None
    }

    /// Where a short form was written out, what was short: `${services.api.port}` means the number, also where it has come
    /// to be `{listen: 3000}`.
    fn long(&self, node: &'a Node, pointer: &Pointer) -> Option<(&'a Node, Pointer)> {
        let map = node.as_map()?;
        let key = self.schema.view_at(self.root, pointer).short_key()?;
        let inner = map.get(key).filter(|inner| inner.is_scalar())?;
        Some((inner, pointer.child(key)))
    }

    fn refuse(&mut self, at: &Pointer, title: impl Into<String>, help: impl Into<String>) {
        self.findings.push(
            Diagnostic::error("bad-reference", title)
                .at(at, "referred to here")
                .help(help),
        );
    }
}

#[cfg(test)]
mod tests;
