//! What belongs to the language and is not built yet, and patches, of which the schema itself says nothing.

use indexmap::IndexMap;
use indexmap::map::Entry;
use serde_json::Value as Json;

use super::Told;
use super::tell::unknown_key;
use crate::diag::Diagnostic;
use crate::source::node::{Layer, Node, Value};
use crate::source::pointer::Pointer;
use crate::source::schema::{Schema, View, list};

/// Every use of a part that this version refuses.
pub(crate) fn planned(schema: &Schema, root: &Node) -> Vec<Told> {
    let mut out = Vec::new();
    walk(schema, root, &[schema.json()], &Pointer::root(), &mut out);
    out
}

fn walk<'s>(schema: &'s Schema, node: &Node, schemas: &[&'s Json], at: &Pointer, out: &mut Vec<Told>) {
    // What is only a default, or is turned off, asks for nothing.
    if schemas.is_empty() || node.origin.layer == Layer::Default || matches!(node.value, Value::Bool(false)) {
        return;
    }
    if let Some((key, kind)) = schemas.iter().find_map(|part| schema.kind_of(part, node))
        && schema.view([kind], None, None).is_planned()
    {
        out.push(refuse(at.child(key), node.child(key).and_then(Node::as_str)));
        return;
    }
    let view = schema.view(schemas.iter().copied(), Some(node), None);
    if view.is_planned() {
        out.push(refuse(at.clone(), None));
        return;
    }
    match &node.value {
        Value::Map(map) => {
            for (key, child) in map {
                walk(schema, child, &view.property(key), &at.child(key), out);
            }
        }
        Value::List(items) => {
            let schemas = view.items();
            items
                .iter()
                .enumerate()
                .for_each(|(i, item)| walk(schema, item, &schemas, &at.index(i), out));
        }
        Value::String(text) if planned_values(&view).any(|value| value == text) => {
            out.push(refuse(at.clone(), Some(text)))
        }
        _ => {}
    }
}

/// The names of an `enum` that are not built.
pub(crate) fn planned_values<'s>(view: &View<'s>) -> impl Iterator<Item = &'s str> + use<'s> {
    let values: Vec<&str> = view
        .parts()
        .flat_map(|part| list(part, "x-planned-values"))
        .filter_map(Json::as_str)
        .collect();
    values.into_iter()
}

fn refuse(pointer: Pointer, value: Option<&str>) -> Told {
    let what = match value {
        Some(value) => format!("{}: {value}", pointer.last().unwrap_or_default()),
        None => pointer.dotted(),
    };
    let finding = Diagnostic::error(
        "not-built",
        format!("`{what}` is part of the language, but this version does not build it yet"),
    )
    .help("leave it out until a version builds it");
    let finding = if value.is_some() {
        finding.at(&pointer, "not built yet")
    } else {
        finding.at_key(&pointer, "not built yet")
    };
    Told { finding, pointer }
}

/// One finding for all places that ask for the same.
pub(crate) fn together(told: &mut Vec<Told>) {
    let mut kept: IndexMap<String, Told> = IndexMap::new();
    for one in told.drain(..) {
        match kept.entry(one.finding.title.clone()) {
            Entry::Occupied(mut first) => first.get_mut().finding.labels.extend(one.finding.labels),
            Entry::Vacant(vacant) => {
                vacant.insert(one);
            }
        }
    }
    told.extend(kept.into_values());
}

/// Keys of `defaults` that no service could have. What a service does have of them is checked there.
pub(crate) fn unknown_in_patches(schema: &Schema, root: &Node) -> Vec<Told> {
    let at = Pointer::root().child("defaults");
    let sections = root.child("defaults").and_then(Node::as_map).into_iter().flatten();
    sections
        .flat_map(|(name, section)| in_section(schema, &at.child(name), name, section))
        .collect()
}

fn in_section(schema: &Schema, at: &Pointer, name: &str, section: &Node) -> Vec<Told> {
    let services = schema.of_root(None).property("services");
    let service = schema.view(schema.view(services, None, None).property(""), None, None);
    let kinds: Vec<&Json> = service
        .parts()
        .filter_map(|part| part.get("x-kinds")?.as_object())
        .flatten()
        .filter(|(kind, _)| name.strip_prefix("kind.").is_none_or(|only| only == *kind))
        .map(|(_, schema)| schema)
        .collect();
    if kinds.is_empty() {
        return Vec::new();
    }
    let views: Vec<View<'_>> = kinds.into_iter().map(|kind| schema.view([kind], None, None)).collect();
    if views.iter().any(View::is_planned) && views.len() == 1 {
        return Vec::new();
    }
    let known: Vec<&str> = views.iter().flat_map(View::keys).collect();
    let keys = section.as_map().into_iter().flatten().map(|(key, _)| key.as_str());
    keys.filter(|key| !known.contains(key))
        .map(|key| unknown_key(at, key, &known, None))
        .collect()
}
