//! Environments: patches over the whole manifest, of which one may extend another.

use std::sync::Arc;

use super::expand::expand;
use super::merge::overlay;
use super::node::{Layer, Node, Origin, Value};
use super::schema::Schema;
use super::{Pointer, Source};
use crate::diag::{At, Diagnostic, listing, suggest};

/// What a manifest that names no environment compiles to.
const ONLY: &str = "production";

impl Source {
    /// In the order of the manifest. A manifest without any has the one environment `production`, which changes nothing.
    pub fn environments(&self) -> Vec<String> {
        let named: Vec<String> = self.patches().map(|(name, _)| name.clone()).collect();
        if named.is_empty() { vec![ONLY.to_owned()] } else { named }
    }

    fn patches(&self) -> impl Iterator<Item = (&String, &Node)> {
        self.root
            .child("environments")
            .and_then(Node::as_map)
            .into_iter()
            .flatten()
    }

    /// The manifest with the overlays of an environment applied, those that it extends first. `null` is still in it.
    pub fn environment(&self, name: &str, schema: &Schema) -> (Node, Vec<Diagnostic>) {
        let mut root = self.root.clone();
        if let Some(map) = root.as_map_mut() {
            map.shift_remove("environments");
        }
        let (chain, mut findings) = self.chain(name);
        findings.extend(self.no_patches());
        for (name, patch) in chain {
            let mut patch = patch.clone().relabelled(&Layer::Environment(Arc::from(name)));
            match &mut patch.value {
                Value::Map(map) => {
                    map.shift_remove("extends");
                    let patch = expand(patch, schema, Some(&root));
                    root = overlay(root, patch);
                }
                // `staging:` with nothing under it: an environment that changes nothing.
                _ => continue,
            }
        }
        (root, findings)
    }

    /// Environments that are no map would be read as none.
    fn no_patches(&self) -> Option<Diagnostic> {
        let node = self.root.child("environments")?;
        let is_none = node.as_map().is_none() && !node.is_null();
        is_none.then(|| {
            Diagnostic::error("wrong-type", "`environments` must be a map")
                .at(At::from(node.origin.place), "this is none")
                .help("as in `{production: {}, staging: {}}`")
        })
    }

    /// The patches that make an environment, the farthest ancestor first.
    fn chain<'a>(&'a self, name: &'a str) -> (Vec<(&'a str, &'a Node)>, Vec<Diagnostic>) {
        let all = Pointer::root().child("environments");
        let mut chain: Vec<(&str, &Node)> = Vec::new();
        let mut next = name;
        // Where the name of the next one is written, to label it when there is no such environment.
        let mut named_by: Option<Origin> = None;
        let refuse = |finding: Diagnostic| (Vec::new(), vec![finding]);
        loop {
            if let Some(at) = chain.iter().position(|(seen, _)| *seen == next) {
                let names: Vec<&str> = chain[at..].iter().map(|(name, _)| *name).chain([next]).collect();
                return refuse(
                    Diagnostic::error("environment-cycle", format!("environment `{next}` extends itself"))
                        .at(named_by.and_then(|origin| origin.place), names.join(" extends "))
                        .help("remove one `extends` of the circle"),
                );
            }
            let Some((next_name, patch)) = self.patches().find(|(known, _)| *known == next) else {
                if chain.is_empty() && next == ONLY && self.patches().next().is_none() {
                    return (chain, Vec::new());
                }
                return refuse(self.unknown(next, named_by));
            };
            let problem = match (&patch.value, patch.child("extends").map(|node| (node, &node.value))) {
                (Value::Map(_) | Value::Null, None) => {
                    chain.push((next_name, patch));
                    chain.reverse();
                    return (chain, Vec::new());
                }
                (Value::Map(_), Some((node, Value::String(parent)))) => {
                    chain.push((next_name, patch));
                    named_by = Some(node.origin.clone());
                    next = parent;
                    continue;
                }
                (Value::Map(_), Some((node, _))) => (node.origin.place, "`extends` takes the name of one environment"),
                _ => (patch.origin.place, "an environment is a map of what it changes"),
            };
            let pointer = all.child(next_name);
            return refuse(
                Diagnostic::error("wrong-type", format!("`{}` cannot be read", pointer.dotted()))
                    .at(problem.0, problem.1)
                    .help(format!(
                        "write `{next_name}: {{}}` for an environment that changes nothing"
                    )),
            );
        }
    }

    fn unknown(&self, name: &str, named_by: Option<Origin>) -> Diagnostic {
        let known = self.environments();
        let near = suggest(name, known.iter().map(String::as_str));
        let at = named_by
            .and_then(|origin| origin.place)
            .or_else(|| self.root.child("environments").and_then(|node| node.key));
        Diagnostic::error("unknown-environment", format!("there is no environment `{name}`"))
            .at(at, "")
            .help(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is {}", listing(known.iter().map(String::as_str))),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn site(environments: &str) -> Source {
        let text = format!("a: 1\nb: {{x: 1, y: 2}}\nenvironments:\n{environments}");
        Source::read("site.yaml", &text, &Schema::default()).unwrap()
    }

    fn codes(source: &Source, name: &str) -> Vec<&'static str> {
        source
            .environment(name, &Schema::default())
            .1
            .iter()
            .map(|finding| finding.code)
            .collect()
    }

    #[test]
    fn a_chain_is_applied_from_its_far_end() {
        let source = site("  one: {a: 2, b: {x: null}}\n  two: {extends: one, a: 3}\n  none:\n");
        assert_eq!(source.environments(), ["one", "two", "none"]);
        let (root, findings) = source.environment("two", &Schema::default());
        assert_eq!(
            (root.to_json(), findings),
            (json!({"a": 3, "b": {"x": null, "y": 2}}), vec![])
        );
        assert_eq!(
            root.locate(&"/a".parse().unwrap()).layer,
            Layer::Environment("two".into())
        );
        assert_eq!(
            root.locate(&"/b/x".parse().unwrap()).layer,
            Layer::Environment("one".into())
        );
        assert_eq!(root.locate(&"/b/y".parse().unwrap()).layer, Layer::Manifest);
        assert_eq!(source.environment("none", &Schema::default()).0.to_json()["a"], 1);
    }

    #[test]
    fn chains_that_lead_nowhere_are_told() {
        let source = site("  a: {extends: b}\n  b: {extends: a}\n  c: {extends: d}\n  e: {extends: [a]}\n  f: 3\n");
        assert_eq!(codes(&source, "a"), ["environment-cycle"]);
        assert_eq!(codes(&source, "c"), ["unknown-environment"]);
        assert_eq!(codes(&source, "e"), ["wrong-type"]);
        assert_eq!(codes(&source, "f"), ["wrong-type"]);
        assert_eq!(codes(&source, "production"), ["unknown-environment"]);
    }

    #[test]
    fn without_environments_there_is_production() {
        let source = Source::read("site.yaml", "a: 1", &Schema::default()).unwrap();
        assert_eq!(source.environments(), ["production"]);
        assert_eq!(codes(&source, "production"), [""; 0]);
        assert_eq!(codes(&source, "staging"), ["unknown-environment"]);
    }
}
