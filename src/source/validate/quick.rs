//! A first look: most manifests are valid, and to see that needs no compiled schema.
//!
//! It answers only where it is certain. Whatever it does not know for sure, and everything that is wrong, goes to
//! `jsonschema`, which alone decides what is reported. A test holds the two together.

use serde_json::{Map, Value as Json};

use super::{Units, unit};
use crate::source::node::{Node, Origin, Value};
use crate::source::schema::Schema;

pub(super) struct Quick<'a> {
    pub(super) schema: &'a Schema,
    pub(super) units: Units,
}

/// Numbers up to here are exact in floating point.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Quick<'_> {
    /// Whether the value fits; none if that is not certain.
    pub(super) fn fits(&self, schema: &Json, node: &Node) -> Option<bool> {
        match schema {
            Json::Bool(anything) => Some(*anything),
            Json::Object(schema) => all(schema.iter(), |(keyword, value)| {
                self.keyword(schema, keyword, value, node)
            }),
            _ => None,
        }
    }

    fn keyword(&self, schema: &Map<String, Json>, keyword: &str, value: &Json, node: &Node) -> Option<bool> {
        match (keyword, &node.value) {
            (
                "$schema" | "title" | "description" | "default" | "examples" | "$defs" | "enumDescriptions" | "then"
                | "else",
                _,
            ) => Some(true),
            ("x-unit", Value::String(text)) => Some(unit(self.units, value)(text).is_ok()),
            ("$ref", _) => self.fits(self.schema.target(schema)?, node),
            ("type", _) => is_of(value, node),
            ("const", _) => equal(value, node),
            ("enum", _) => any(value.as_array()?, |value| equal(value, node)),
            ("allOf", _) => all(value.as_array()?, |part| self.fits(part, node)),
            ("oneOf", _) => {
                let fits: Option<Vec<bool>> = value.as_array()?.iter().map(|part| self.fits(part, node)).collect();
                Some(fits?.into_iter().filter(|fits| *fits).count() == 1)
            }
            ("not", _) => self.fits(value, node).map(|fits| !fits),
            ("if", _) => {
                let branch = if self.fits(value, node)? { "then" } else { "else" };
                schema.get(branch).map_or(Some(true), |branch| self.fits(branch, node))
            }
            ("required", Value::Map(map)) => all(value.as_array()?, |key| Some(map.contains_key(key.as_str()?))),
            ("properties", Value::Map(map)) => all(value.as_object()?, |(key, schema)| {
                map.get(key).map_or(Some(true), |child| self.fits(schema, child))
            }),
            ("additionalProperties", Value::Map(map)) => {
                let known = schema.get("properties").and_then(Json::as_object);
                let others = map
                    .iter()
                    .filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
                if schema.contains_key("patternProperties") {
                    // That takes regular expressions.
                    return (others.count() == 0).then_some(true);
                }
                all(others, |(_, child)| self.fits(value, child))
            }
            ("patternProperties", Value::Map(map)) => {
                let known = schema.get("properties")?.as_object()?;
                map.keys().all(|key| known.contains_key(key)).then_some(true)
            }
            ("propertyNames", Value::Map(map)) => all(map.keys(), |key| {
                self.fits(value, &Node::new(Value::String(key.clone()), Origin::DEFAULT))
            }),
            ("items", Value::List(items)) => all(items, |item| self.fits(value, item)),
            ("minItems", Value::List(items)) => Some(items.len() as u64 >= value.as_u64()?),
            ("maxItems", Value::List(items)) => Some(items.len() as u64 <= value.as_u64()?),
            ("minProperties", Value::Map(map)) => Some(map.len() as u64 >= value.as_u64()?),
            ("maxProperties", Value::Map(map)) => Some(map.len() as u64 <= value.as_u64()?),
            ("minLength", Value::String(text)) => Some(text.chars().count() as u64 >= value.as_u64()?),
            ("maxLength", Value::String(text)) => Some(text.chars().count() as u64 <= value.as_u64()?),
            ("minimum", Value::Number(_)) => Some(number(node)? >= value.as_f64()?),
            ("maximum", Value::Number(_)) => Some(number(node)? <= value.as_f64()?),
            ("multipleOf", Value::Number(_)) => {
                let rest = (number(node)? / value.as_f64()?) % 1.0;
                (rest.abs() < f64::EPSILON).then_some(true)
            }
            // These say nothing of values of other types.
            ("x-unit", _) => Some(true),
            ("minimum" | "maximum" | "multipleOf", value) => (!matches!(value, Value::Number(_))).then_some(true),
            ("minLength" | "maxLength", _) => Some(true),
            ("required" | "properties" | "additionalProperties" | "patternProperties" | "propertyNames", _) => {
                Some(true)
            }
            ("minItems" | "maxItems" | "items" | "minProperties" | "maxProperties", _) => Some(true),
            (other, _) => other.starts_with("x-").then_some(true),
        }
    }
}

/// Whether all fit: one that does not settles it, and so does one that is not certain.
fn all<T>(items: impl IntoIterator<Item = T>, fits: impl Fn(T) -> Option<bool>) -> Option<bool> {
    for item in items {
        if !fits(item)? {
            return Some(false);
        }
    }
    Some(true)
}

fn any<T>(items: impl IntoIterator<Item = T>, fits: impl Fn(T) -> Option<bool>) -> Option<bool> {
    for item in items {
        if fits(item)? {
            return Some(true);
        }
    }
    Some(false)
}

fn is_of(types: &Json, node: &Node) -> Option<bool> {
    let is = |name: &Json| match (name.as_str()?, &node.value) {
        ("integer", Value::Number(number)) if number.is_f64() => None,
        ("integer", Value::Number(_)) => Some(true),
        (name, _) => Some(name == node.type_name()),
    };
    match types {
        Json::Array(names) => any(names, is),
        name => is(name),
    }
}

fn equal(value: &Json, node: &Node) -> Option<bool> {
    match (value, &node.value) {
        (Json::String(value), Value::String(text)) => Some(value == text),
        (Json::Bool(value), Value::Bool(flag)) => Some(value == flag),
        (Json::Number(value), Value::Number(number)) => {
            if value == number {
                Some(true)
            } else {
                (value.is_u64() && number.is_u64()).then_some(false)
            }
        }
        (Json::Null | Json::Array(_) | Json::Object(_), _) => None,
        _ => Some(false),
    }
}

fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Number(number) => number.as_f64().filter(|number| number.abs() < EXACT),
        _ => None,
    }
}
