//! Whether a tree fits the schema, for the keywords that ours is made of.
//!
//! Most manifests are right, and the validator that says what is wrong costs more to build than all else that `check` does. So
//! this says yes or no quickly where it can be sure, and nothing where it cannot; a test holds it against the validator.

use serde_json::{Map, Number, Value as Json};

use crate::source::node::{Node, Value};
use crate::source::schema::{Schema, json_type, list};

/// Schemas that lead into themselves without going down the tree are not followed further.
const DEEPEST: usize = 400;

pub(super) struct Fitter<'a> {
    pub(super) schema: &'a Schema,
    pub(super) units: &'a super::Checks,
}

/// `None`: this cannot tell.
type Answer = Option<bool>;

impl Fitter<'_> {
    pub(super) fn fits(&self, node: &Node) -> Answer {
        self.holds(self.schema.json(), node, DEEPEST)
    }

    fn holds(&self, schema: &Json, node: &Node, left: usize) -> Answer {
        let left = left.checked_sub(1)?;
        match schema {
            Json::Bool(flag) => Some(*flag),
            Json::Object(schema) => all(schema
                .iter()
                .map(|(keyword, told)| self.keyword(keyword, told, schema, node, left))),
            _ => None,
        }
    }

    fn keyword(&self, keyword: &str, told: &Json, schema: &Map<String, Json>, node: &Node, left: usize) -> Answer {
        let branches = || {
            list(schema, keyword)
                .iter()
                .map(|branch| self.holds(branch, node, left))
        };
        match keyword {
            "$schema" | "$defs" | "title" | "description" | "default" | "examples" | "enumDescriptions" => Some(true),
            "x-unit" => self.unit(told, node),
            _ if keyword.starts_with("x-") => Some(true),
            "$ref" => self.holds(self.schema.target(schema)?, node, left),
            "type" => of_type(told, node),
            "const" => same(told, node),
            "enum" => any(told.as_array()?.iter().map(|value| same(value, node))),
            "allOf" => all(branches()),
            "anyOf" => any(branches()),
            "oneOf" => {
                let held: Option<Vec<bool>> = branches().collect();
                Some(held?.into_iter().filter(|held| *held).count() == 1)
            }
            "not" => self.holds(told, node, left).map(|held| !held),
            "then" | "else" => Some(true),
            "if" => {
                let branch = if self.holds(told, node, left)? { "then" } else { "else" };
                schema
                    .get(branch)
                    .map_or(Some(true), |branch| self.holds(branch, node, left))
            }
            _ => match &node.value {
                Value::Map(map) => self.of_map(keyword, told, schema, map, left),
                Value::List(items) => self.of_list(keyword, told, items, left),
                Value::String(text) => of_length(keyword, told, text.chars().count(), ["minLength", "maxLength"]),
                Value::Number(number) => of_number(keyword, told, number),
                Value::Null | Value::Bool(_) => known(keyword),
            },
        }
    }

    fn unit(&self, name: &Json, node: &Node) -> Answer {
        let Some(text) = node.as_str() else {
            return Some(true);
        };
        Some(self.units.get(name.as_str()?)?(text).is_ok())
    }

    fn of_map(
        &self,
        keyword: &str,
        told: &Json,
        schema: &Map<String, Json>,
        map: &indexmap::IndexMap<String, Node>,
        left: usize,
    ) -> Answer {
        let named = |key: &String| schema.get("properties").is_some_and(|named| named.get(key).is_some());
        match keyword {
            "properties" => {
                let told = told.as_object()?;
                all(map
                    .iter()
                    .filter_map(|(key, node)| Some(self.holds(told.get(key)?, node, left))))
            }
            "required" => all(told.as_array()?.iter().map(|key| Some(map.contains_key(key.as_str()?)))),
            "patternProperties" => map.keys().all(named).then_some(true),
            "additionalProperties" if schema.contains_key("patternProperties") => map.keys().all(named).then_some(true),
            "additionalProperties" => all(map
                .iter()
                .filter(|(key, _)| !named(key))
                .map(|(_, node)| self.holds(told, node, left))),
            "propertyNames" => all(map.keys().map(|key| {
                let name = Node::new(Value::String(key.clone()), crate::source::Origin::DEFAULT);
                self.holds(told, &name, left)
            })),
            _ => of_length(keyword, told, map.len(), ["minProperties", "maxProperties"]),
        }
    }

    fn of_list(&self, keyword: &str, told: &Json, items: &[Node], left: usize) -> Answer {
        match keyword {
            "items" => all(items.iter().map(|item| self.holds(told, item, left))),
            "uniqueItems" => {
                let texts: Option<Vec<&str>> = items.iter().map(Node::as_str).collect();
                let mut texts = texts?;
                texts.sort_unstable();
                Some(*told == Json::Bool(false) || texts.windows(2).all(|pair| pair[0] != pair[1]))
            }
            _ => of_length(keyword, told, items.len(), ["minItems", "maxItems"]),
        }
    }
}

/// One no settles it, whatever else cannot be told.
fn all(answers: impl Iterator<Item = Answer>) -> Answer {
    let mut sure = Some(true);
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            Some(true) => {}
            None => sure = None,
        }
    }
    sure
}

fn any(answers: impl Iterator<Item = Answer>) -> Answer {
    all(answers.map(|answer| answer.map(|held| !held))).map(|none| !none)
}

fn of_type(told: &Json, node: &Node) -> Answer {
    let is = |name: &Json| {
        Some(match (name.as_str()?, &node.value) {
            ("integer", Value::Number(number)) => number.is_i64() || number.is_u64() || number.as_f64()?.fract() == 0.0,
            (name, _) => name == node.type_name(),
        })
    };
    match told {
        Json::Array(names) => any(names.iter().map(is)),
        name => is(name),
    }
}

/// Numbers that are written differently can be equal, so only whole ones are compared.
fn same(told: &Json, node: &Node) -> Answer {
    match (told, &node.value) {
        (Json::Number(a), Value::Number(b)) => (!a.is_f64() && !b.is_f64()).then_some(a == b),
        (Json::Array(_) | Json::Object(_), _) if json_type(told) == node.type_name() => None,
        _ => Some(json_type(told) == node.type_name() && *told == node.to_json()),
    }
}

fn of_length(keyword: &str, told: &Json, length: usize, [least, most]: [&str; 2]) -> Answer {
    let bound = || told.as_u64().map(|bound| (length as u64).cmp(&bound));
    match keyword {
        _ if keyword == least => Some(bound()?.is_ge()),
        _ if keyword == most => Some(bound()?.is_le()),
        _ => known(keyword),
    }
}

fn of_number(keyword: &str, told: &Json, number: &Number) -> Answer {
    let compare = || number.as_f64()?.partial_cmp(&told.as_f64()?);
    match keyword {
        "minimum" => Some(compare()?.is_ge()),
        "maximum" => Some(compare()?.is_le()),
        "exclusiveMinimum" => Some(compare()?.is_gt()),
        "exclusiveMaximum" => Some(compare()?.is_lt()),
        "multipleOf" => multiple(&number.to_string(), &told.to_string()),
        _ => known(keyword),
    }
}

/// Both as whole numbers of the same power of ten.
fn multiple(number: &str, of: &str) -> Answer {
    const DIGITS: usize = 6;
    let scaled = |text: &str| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if fraction.len() > DIGITS || whole.len() > DIGITS {
            return None;
        }
        format!("{whole}{fraction:0<DIGITS$}").parse::<i64>().ok()
    };
    let (number, of) = (scaled(number)?, scaled(of).filter(|of| *of > 0)?);
    Some(number % of == 0)
}

/// A keyword that says nothing about values of this type.
fn known(keyword: &str) -> Answer {
    const OTHERS: [&str; 16] = [
        "properties",
        "required",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "items",
        "uniqueItems",
        "minItems",
        "maxItems",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "multipleOf",
    ];
    OTHERS.contains(&keyword).then_some(true)
}
