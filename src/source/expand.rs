//! Short forms become long ones, so that an overlay can reach into them.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::node::{Node, Value};
use super::schema::{Schema, list};

/// The tree with every short form written out, by `x-short` of the schema. What is long already, and what fits neither form,
/// stays as it is. `counterpart` is the tree that this one will be laid over or under.
#[must_use]
pub fn expand(node: Node, schema: &Schema, counterpart: Option<&Node>) -> Node {
    within(node, schema, &[schema.json()], counterpart)
}

/// As `expand`, for a value that the given schemas speak about.
pub(crate) fn within<'s>(node: Node, schema: &'s Schema, schemas: &[&'s Json], counterpart: Option<&Node>) -> Node {
    if schemas.is_empty() || node.is_null() {
        return node;
    }
    let mut node = lengthen(node, schema, schemas);
    if node.is_scalar() {
        return node;
    }
    let view = schema.view(schemas.iter().copied(), Some(&node), counterpart);
    let grow = |slot: &mut Node, schemas: &[&'s Json], counterpart: Option<&Node>| {
        let old = std::mem::replace(slot, Node::new(Value::Null, super::Origin::DEFAULT));
        *slot = within(old, schema, schemas, counterpart);
    };
    match &mut node.value {
        Value::Map(map) => {
            for (key, child) in map {
                grow(
                    child,
                    &view.property(key),
                    counterpart.and_then(|other| other.child(key)),
                );
            }
        }
        Value::List(items) => {
            let schemas = view.items();
            items.iter_mut().for_each(|item| grow(item, &schemas, None));
        }
        _ => {}
    }
    node
}

fn lengthen(node: Node, schema: &Schema, schemas: &[&Json]) -> Node {
    let Some(form) = schemas.iter().find_map(|part| short_form(schema, part, &node)) else {
        return node;
    };
    match form {
        Form::Template(json) => Node {
            key: node.key,
            ..Node::from_json(json, &node.origin)
        },
        Form::Key(name) => {
            let (key, origin) = (node.key, node.origin.clone());
            let child = Node {
                key: node.key.or(node.origin.place),
                ..node
            };
            Node {
                key,
                ..Node::new(Value::Map(IndexMap::from([(name, child)])), origin)
            }
        }
        Form::Item => {
            let (key, origin) = (node.key, node.origin.clone());
            Node {
                key,
                ..Node::new(Value::List(vec![Node { key: None, ..node }]), origin)
            }
        }
        Form::Keys => {
            let (key, origin) = (node.key, node.origin.clone());
            let items = match node.value {
                Value::List(items) => items,
                _ => vec![node],
            };
            let map = items.into_iter().filter_map(|item| {
                let text = item.as_str()?.to_owned();
                Some((
                    text,
                    Node {
                        key: item.origin.place,
                        ..Node::empty_map(item.origin)
                    },
                ))
            });
            Node {
                key,
                ..Node::new(Value::Map(map.collect()), origin)
            }
        }
    }
}

enum Form<'s> {
    Template(&'s Json),
    Key(String),
    Item,
    Keys,
}

/// The short form that the value is written in, if it is. In a choice of several schemas a value that one of them takes as
/// it stands is no short form of another.
fn short_form<'s>(schema: &'s Schema, part: &'s Json, node: &Node) -> Option<Form<'s>> {
    let part = part.as_object()?;
    if let Some(form) = part.get("x-short").and_then(|short| read(schema, part, short, node)) {
        return Some(form);
    }
    if let Some(form) = schema.target(part).and_then(|target| short_form(schema, target, node)) {
        return Some(form);
    }
    if let Some(form) = list(part, "allOf")
        .iter()
        .find_map(|part| short_form(schema, part, node))
    {
        return Some(form);
    }
    for keyword in ["anyOf", "oneOf"] {
        let branches = list(part, keyword);
        let form = |branch: &'s Json| short_form(schema, branch, node);
        let stands = branches
            .iter()
            .any(|branch| schema.accepts(branch, node.type_name(), 16) && form(branch).is_none());
        if !stands && let Some(form) = branches.iter().find_map(form) {
            return Some(form);
        }
    }
    None
}

fn read<'s>(schema: &'s Schema, part: &'s Map<String, Json>, short: &'s Json, node: &Node) -> Option<Form<'s>> {
    match short {
        Json::String(name) => named(schema, part, name, node),
        Json::Object(forms) => {
            let name = match &node.value {
                Value::Bool(true) => "true",
                Value::Bool(false) => "false",
                Value::Number(_) if forms.contains_key("integer") => "integer",
                Value::Number(_) => "number",
                Value::String(_) => "string",
                Value::List(_) => "array",
                Value::Map(_) | Value::Null => return None,
            };
            match forms.get(name)? {
                Json::String(name) if matches!(name.as_str(), "[]" | "keys") => named(schema, part, name, node),
                Json::String(name) => Some(Form::Key(name.clone())),
                template => Some(Form::Template(template)),
            }
        }
        _ => None,
    }
}

fn named<'s>(schema: &'s Schema, part: &'s Map<String, Json>, name: &str, node: &Node) -> Option<Form<'s>> {
    let takes = |inner: Option<&Json>| inner.is_none_or(|inner| takes(schema, inner, node));
    match (name, &node.value) {
        ("keys", Value::List(items)) => items.iter().all(|item| item.as_str().is_some()).then_some(Form::Keys),
        ("keys", Value::String(_)) => Some(Form::Keys),
        (_, Value::List(_) | Value::Map(_)) | ("keys", _) => None,
        ("[]", _) => takes(long_of(schema, part, |long, _| long.get("items"), name)).then_some(Form::Item),
        (key, _) => takes(long_of(schema, part, |long, key| long.get("properties")?.get(key), key))
            .then(|| Form::Key(key.to_owned())),
    }
}

/// Whether the value, or what it is short for, may stand there: `port: false` is not `port: {listen: false}`.
fn takes(schema: &Schema, inner: &Json, node: &Node) -> bool {
    schema.accepts(inner, node.type_name(), 16) || short_form(schema, inner, node).is_some()
}

/// Looks into the long form that is described beside `x-short`, or behind a `$ref` or in a choice beside it.
fn long_of<'s>(
    schema: &'s Schema,
    part: &'s Map<String, Json>,
    look: fn(&'s Map<String, Json>, &str) -> Option<&'s Json>,
    name: &str,
) -> Option<&'s Json> {
    let further = || {
        let behind = schema
            .target(part)
            .into_iter()
            .chain(["allOf", "anyOf", "oneOf"].into_iter().flat_map(|k| list(part, k)));
        behind
            .filter_map(Json::as_object)
            .find_map(|inner| long_of(schema, inner, look, name))
    };
    look(part, name).or_else(further)
}

#[cfg(test)]
mod tests;
