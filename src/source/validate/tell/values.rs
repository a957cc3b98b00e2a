//! Values: of the wrong type, not among those allowed, too large or too small.

use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use super::{Teller, split};
use crate::diag::{Diagnostic, listing, suggest};
use crate::source::node::{Node, Value};
use crate::source::pointer::Pointer;
use crate::source::schema::{Schema, View, list};
use crate::source::validate::planned::planned_values;
use crate::source::validate::words;
use crate::source::yaml::scalar;

impl<'a> Teller<'a> {
    pub(super) fn wrong_type(&self, at: &Pointer, node: &Node, view: &View<'a>, wanted: &[&str]) -> Diagnostic {
        let name = at.in_words();
        let takes_text = wanted.contains(&"string");
        let secret = || {
            let needed = view
                .parts()
                .flat_map(|part| list(part, "required"))
                .any(|key| key == "secret");
            !takes_text && needed && node.is_scalar() && !node.is_null()
        };
        if secret() {
            return Diagnostic::error(
                "literal-secret",
                format!("the value of {name} must not stand in the manifest"),
            )
            .at(at, "a secret, written out")
            .why("whoever reads the manifest or the bundle would know it")
            .help(
                "write `{secret: NAME}` and declare `NAME` under `secrets:`; if this value was ever in use, change it",
            );
        }
        if node.is_scalar() && !node.is_null() {
            let values: Vec<&Json> = view.parts().flat_map(|part| list(part, "enum")).collect();
            if !values.is_empty() {
                return self.wrong_value(at, node, view, values);
            }
            // In quotes it would be a text, and still be wrong: what the unit says of it is more to the point.
            let unit = || view.parts().find_map(|part| part.get("x-unit")?.as_str());
            if takes_text
                && let Some(Err(why)) = unit()
                    .and_then(|unit| self.units.get(unit))
                    .map(|check| check(&node.spelling()))
            {
                return self.refused_by_unit(at, view, &why);
            }
        }
        let mut accepted = words::accepted(self.schema, view);
        if accepted.is_empty() {
            accepted = wanted.to_vec();
        }
        let accepted = words::types(&accepted);
        let help = match &node.value {
            Value::Null => "give it a value, or remove the key".to_owned(),
            Value::Number(_) | Value::Bool(_) if takes_text => {
                format!("write \"{}\" in quotes", node.spelling())
            }
            Value::String(text) if !takes_text && is_plain(text) => "remove the quotes".to_owned(),
            Value::String(text) if wanted.contains(&"boolean") && yes_or_no(text).is_some() => {
                let meant = yes_or_no(text).unwrap_or_default();
                format!("write {meant}: `{text}` is a text in YAML 1.2")
            }
            _ => words::sample(self.schema, view)
                .map(|example| format!("as in `{example}`"))
                .unwrap_or_else(|| {
                    let keys: Vec<&str> = view.keys().collect();
                    let all = listing(keys.iter().copied());
                    if keys.is_empty() {
                        format!("write {accepted}")
                    } else {
                        format!("write {accepted}: it takes {all}")
                    }
                }),
        };
        let found = words::value(node);
        Diagnostic::error("wrong-type", format!("{name} must be {accepted}, not {found}"))
            .at(at, format!("this is {found}"))
            .help(help)
    }

    /// What the check of a unit says is already a sentence.
    pub(super) fn refused_by_unit(&self, at: &Pointer, view: &View<'a>, why: &str) -> Diagnostic {
        let (what, todo) = split(why);
        let example = || words::example(view).map(|example| format!("as in `{example}`"));
        Diagnostic::error("invalid-value", format!("{}: {what}", at.in_words()))
            .at(at, "")
            .help(
                todo.map(str::to_owned)
                    .or_else(example)
                    .unwrap_or_else(|| "write another value".to_owned()),
            )
    }

    pub(super) fn wrong_value(&self, at: &Pointer, node: &Node, view: &View<'a>, allowed: Vec<&Json>) -> Diagnostic {
        let planned: Vec<&str> = planned_values(view).chain(self.planned_kinds(at)).collect();
        let spelt: Vec<String> = allowed
            .iter()
            .filter(|value| value.as_str().is_none_or(|value| !planned.contains(&value)))
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect();
        let written = node.spelling();
        let near = suggest(&written, spelt.iter().map(String::as_str));
        let known = match spelt.as_slice() {
            [only] => format!("it can only be `{only}`"),
            all => format!(
                "it is one of {}",
                listing(all.iter().map(String::as_str)).replace(" and `", " or `")
            ),
        };
        let title = if node.is_scalar() {
            format!("{} is not a value of {}", words::quoted(&written), at.in_words())
        } else {
            format!("{} is not a value of {}", words::value(node), at.in_words())
        };
        Diagnostic::error("unknown-value", title).at(at, "").help(match near {
            Some(near) if spelt.len() == 1 => format!("did you mean `{near}`?"),
            Some(near) => format!("did you mean `{near}`? {known}"),
            None => known,
        })
    }

    /// The kinds that are not built, where the pointer is at the key that chooses one.
    fn planned_kinds(&self, at: &Pointer) -> Vec<&'a str> {
        let Some(outer) = at.parent().and_then(|outer| self.root.get(&outer).map(|_| outer)) else {
            return Vec::new();
        };
        let view = self.schema.view_at(self.root, &outer);
        let kinds = view
            .parts()
            .filter(|part| part.get("x-dispatch").and_then(Json::as_str) == at.last().as_deref());
        kinds
            .filter_map(|part| part.get("x-kinds")?.as_object())
            .flatten()
            .filter(|(_, kind)| self.schema.view([*kind], None, None).is_planned())
            .map(|(name, _)| name.as_str())
            .collect()
    }
}

/// What YAML 1.1 would have made of a text.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" => Some(true),
        "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

/// Whether a text would be something else without its quotes.
fn is_plain(text: &str) -> bool {
    !matches!(scalar::plain(text), Ok(Value::String(_) | Value::Null) | Err(_))
}

/// What a value has too much or too little of.
pub(super) fn out_of_range(
    schema: &Schema,
    kind: &Kind,
    name: &str,
    node: &Node,
    view: &View<'_>,
) -> Option<(String, String)> {
    let (bound, what) = match kind {
        Kind::Minimum { limit } => (format!("at least {limit}"), ""),
        Kind::Maximum { limit } => (format!("at most {limit}"), ""),
        Kind::ExclusiveMinimum { limit } => (format!("more than {limit}"), ""),
        Kind::ExclusiveMaximum { limit } => (format!("less than {limit}"), ""),
        Kind::MinItems { limit } => (format!("at least {limit}"), "values"),
        Kind::MaxItems { limit } => (format!("at most {limit}"), "values"),
        Kind::MinProperties { limit } => (format!("at least {limit}"), "keys"),
        Kind::MaxProperties { limit } => (format!("at most {limit}"), "keys"),
        Kind::MinLength { limit } => (format!("at least {limit}"), "characters"),
        Kind::MaxLength { limit } => (format!("at most {limit}"), "characters"),
        _ => return None,
    };
    let size = match &node.value {
        Value::String(text) => text.chars().count(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => {
            let title = format!("{name} must be {bound}, and is {}", node.spelling());
            return Some((title, format!("write a number that is {bound}")));
        }
    };
    if size == 0 {
        let example = words::sample(schema, view)
            .map_or_else(|| "give it a value".to_owned(), |example| format!("as in `{example}`"));
        return Some((
            format!("{name} must not be empty"),
            format!("{example}, or remove the key"),
        ));
    }
    let todo = if bound.starts_with("at most") {
        "remove some"
    } else {
        "add some"
    };
    Some((
        format!("{name} must have {bound} {what}, and has {size}"),
        todo.to_owned(),
    ))
}

pub(super) fn twice(pointer: &Pointer, node: &Node) -> Diagnostic {
    let items: Vec<Json> = node.as_list().unwrap_or_default().iter().map(Node::to_json).collect();
    let repeated = items
        .iter()
        .enumerate()
        .find_map(|(i, item)| Some((items[..i].iter().position(|other| other == item)?, i)));
    let (first, again) = repeated.unwrap_or_default();
    Diagnostic::error(
        "repeated-value",
        format!("{} names the same value twice", pointer.in_words()),
    )
    .at(pointer.index(again), "again here")
    .at(pointer.index(first), "first here")
    .help("remove one of them")
}
