//! One error of the validator becomes one sentence, with its place and what to do.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use super::Told;
use super::choice::{Choice, choose, type_names};
use super::planned::planned_values;
use super::words;
use crate::diag::{Diagnostic, listing, suggest};
use crate::source::node::{Node, Value};
use crate::source::pointer::Pointer;
use crate::source::schema::{Schema, View, list};

pub(crate) struct Teller<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) root: &'a Node,
}

impl<'a> Teller<'a> {
    pub(crate) fn tell(&self, error: &ValidationError<'_>) -> Vec<Told> {
        let pointer: Pointer = error.instance_path().as_str().parse().unwrap_or_default();
        let Some(node) = self.root.get(&pointer) else {
            return Vec::new();
        };
        let view = self.schema.view_at(self.root, &pointer);
        let at = self.written(&pointer);
        let name = at.in_words();
        let refuse = |code, title: String| Diagnostic::error(code, title).at(&at, "");
        let one = |finding: Diagnostic| {
            vec![Told {
                pointer: at.clone(),
                finding,
            }]
        };
        match error.kind() {
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => unexpected
                .iter()
                .map(|key| self.unknown(&pointer, &view, key))
                .collect(),
            Kind::Required { property } => {
                vec![self.missing(&pointer, node, &view, property.as_str().unwrap_or_default())]
            }
            Kind::Type { kind } => one(self.wrong_type(&at, node, &view, &type_names(kind))),
            Kind::Enum { options } => one(self.wrong_value(
                &at,
                node,
                &view,
                options.as_array().into_iter().flatten().collect(),
            )),
            Kind::Constant { expected_value } => {
                one(self.wrong_value(&at, node, &view, vec![expected_value]))
            }
            Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. }
                if one_of(&view).is_some() =>
            {
                one(self.key_choice(&at, node, &one_of(&view).unwrap_or_default()))
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                match choose(context, error.instance_path().as_str(), node.type_name()) {
                    Choice::Types(types) => one(self.wrong_type(&at, node, &view, &types)),
                    Choice::Values(values) => one(self.wrong_value(&at, node, &view, values)),
                    Choice::Branch(errors) => {
                        errors.iter().flat_map(|error| self.tell(error)).collect()
                    }
                }
            }
            Kind::PropertyNames { error } => {
                let key = error.instance().as_str().unwrap_or_default();
                vec![bad_key(&pointer, key, error.kind())]
            }
            Kind::Custom { message, .. } => {
                let (what, todo) = split(message);
                let help = todo
                    .map(str::to_owned)
                    .or_else(|| words::example(&view).map(|example| format!("as in `{example}`")));
                one(refuse("invalid-value", format!("{name}: {what}"))
                    .help(help.unwrap_or_default()))
            }
            Kind::Minimum { limit } => one(out_of_range(
                refuse,
                &name,
                &format!("at least {limit}"),
                node,
            )),
            Kind::Maximum { limit } => one(out_of_range(
                refuse,
                &name,
                &format!("at most {limit}"),
                node,
            )),
            Kind::ExclusiveMinimum { limit } => one(out_of_range(
                refuse,
                &name,
                &format!("more than {limit}"),
                node,
            )),
            Kind::ExclusiveMaximum { limit } => one(out_of_range(
                refuse,
                &name,
                &format!("less than {limit}"),
                node,
            )),
            Kind::MinLength { .. } | Kind::MinItems { .. } | Kind::MinProperties { .. }
                if is_empty(node) =>
            {
                let example = words::example(&view).map_or_else(
                    || "give it a value".to_owned(),
                    |example| format!("as in `{example}`"),
                );
                one(refuse("out-of-range", format!("{name} must not be empty"))
                    .help(format!("{example}, or remove the key")))
            }
            Kind::MinItems { limit } => {
                one(count(refuse, &name, "at least", *limit, "value", node))
            }
            Kind::MaxItems { limit } => one(count(refuse, &name, "at most", *limit, "value", node)),
            Kind::MinProperties { limit } => {
                one(count(refuse, &name, "at least", *limit, "key", node))
            }
            Kind::MaxProperties { limit } => {
                one(count(refuse, &name, "at most", *limit, "key", node))
            }
            Kind::MinLength { limit } => {
                one(count(refuse, &name, "at least", *limit, "character", node))
            }
            Kind::MaxLength { limit } => {
                one(count(refuse, &name, "at most", *limit, "character", node))
            }
            Kind::UniqueItems => one(twice(&pointer, node)),
            Kind::Pattern { pattern } => {
                let help = words::example(&view).map_or_else(
                    || format!("it is matched against `{pattern}`"),
                    |e| format!("as in `{e}`"),
                );
                one(refuse(
                    "invalid-value",
                    format!("{name} is not spelt as it must be"),
                )
                .help(help))
            }
            Kind::FalseSchema => one(Diagnostic::error(
                "unknown-key",
                format!("{name} has no meaning here"),
            )
            .at_key(&at, "")
            .help("remove it")),
            _ => one(refuse(
                "invalid-value",
                format!("{name}: {}", error.masked()),
            )),
        }
    }

    /// Where the author wrote it: what was expanded from a short form is told of by the short form.
    fn written(&self, pointer: &Pointer) -> Pointer {
        let mut at = pointer.clone();
        while let (Some(node), Some(parent)) = (self.root.get(&at), at.parent()) {
            let same = |outer: &Node| {
                outer.origin.place.is_some() && outer.origin.place == node.origin.place
            };
            if !self.root.get(&parent).is_some_and(same) || parent.is_root() {
                break;
            }
            at = parent;
        }
        at
    }

    fn unknown(&self, pointer: &Pointer, view: &View<'a>, key: &str) -> Told {
        let known: Vec<&str> = view.keys().collect();
        unknown_key(pointer, key, &known, self.elsewhere(pointer, view, key))
    }

    /// Where else the key belongs: a wrong indentation puts it one level too deep or too high.
    fn elsewhere(&self, pointer: &Pointer, view: &View<'a>, key: &str) -> Option<String> {
        let outer = pointer.parent().filter(|parent| {
            self.schema
                .view_at(self.root, parent)
                .keys()
                .any(|known| known == key)
        });
        if let Some(outer) = outer {
            return Some(format!(
                "`{key}` belongs one level up, in {}",
                outer.in_words()
            ));
        }
        let has = |outer: &&str| {
            self.schema
                .view(view.property(outer), None, None)
                .keys()
                .any(|known| known == key)
        };
        view.keys()
            .find(has)
            .map(|outer| format!("`{key}` belongs under `{outer}`: write `{outer}: {{{key}: …}}`"))
    }

    fn missing(&self, pointer: &Pointer, node: &Node, view: &View<'a>, key: &str) -> Told {
        let known: Vec<&str> = view.keys().collect();
        let mut unknown = node
            .as_map()
            .into_iter()
            .flat_map(|map| map.keys())
            .filter(|key| !known.contains(&key.as_str()));
        if let Some(misspelt) = unknown.find(|unknown| suggest(unknown, [key]).is_some()) {
            return unknown_key(pointer, misspelt, &[key], None);
        }
        let at = self.written(pointer);
        let inner = self.schema.view(view.property(key), None, None);
        let example = words::example(&inner).or_else(|| {
            let values = inner
                .parts()
                .find_map(|part| part.get("enum")?.as_array())?;
            let planned: Vec<&str> = planned_values(&inner).collect();
            values
                .iter()
                .find(|value| value.as_str().is_none_or(|value| !planned.contains(&value)))
                .map(words::typed)
        });
        let description = inner
            .parts()
            .find_map(|part| part.get("description")?.as_str())
            .unwrap_or_default();
        let finding = Diagnostic::error("missing-key", format!("{} needs `{key}`", at.in_words()))
            .at_key(&at, format!("`{key}` is missing here"))
            .why(description.lines().next().unwrap_or_default())
            .help(format!(
                "add `{key}: {}`",
                example.as_deref().unwrap_or("…")
            ));
        Told {
            pointer: pointer.child(key),
            finding,
        }
    }

    fn wrong_type(
        &self,
        at: &Pointer,
        node: &Node,
        view: &View<'a>,
        wanted: &[&str],
    ) -> Diagnostic {
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
            return Diagnostic::error("literal-secret", format!("the value of {name} must not stand in the manifest"))
                .at(at, "a secret, written out")
                .why("whoever reads the manifest or the bundle would know it")
                .help("write `{secret: NAME}` and declare `NAME` under `secrets:`; if this value was ever in use, change it");
        }
        let mut accepted = words::accepted(self.schema, view);
        if accepted.is_empty() {
            accepted = wanted.to_vec();
        }
        let example = || words::example(view).map(|example| format!("as in `{example}`"));
        let help = match &node.value {
            Value::Null => Some("give it a value, or remove the key".to_owned()),
            Value::Number(_) | Value::Bool(_) if takes_text => {
                Some(format!("write \"{}\" in quotes", node.spelling()))
            }
            Value::String(text) if !takes_text && is_plain(text) => {
                Some("remove the quotes".to_owned())
            }
            Value::List(_)
            | Value::Map(_)
            | Value::Number(_)
            | Value::Bool(_)
            | Value::String(_) => example(),
        };
        Diagnostic::error(
            "wrong-type",
            format!(
                "{name} must be {}, not {}",
                words::types(&accepted),
                words::value(node)
            ),
        )
        .at(at, format!("this is {}", words::value(node)))
        .help(help.unwrap_or_default())
    }

    fn wrong_value(
        &self,
        at: &Pointer,
        node: &Node,
        view: &View<'a>,
        allowed: Vec<&Json>,
    ) -> Diagnostic {
        let planned: Vec<&str> = planned_values(view).chain(self.planned_kinds(at)).collect();
        let spelt: Vec<String> = allowed
            .iter()
            .filter(|value| value.as_str().is_none_or(|value| !planned.contains(&value)))
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
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
            format!(
                "{} is not a value of {}",
                words::quoted(&written),
                at.in_words()
            )
        } else {
            format!("{} is not a value of {}", words::value(node), at.in_words())
        };
        Diagnostic::error("unknown-value", title)
            .at(at, "")
            .help(match near {
                Some(near) => format!("did you mean `{near}`? {known}"),
                None => known,
            })
    }

    /// The kinds that are not built, where the pointer is at the key that chooses one.
    fn planned_kinds(&self, at: &Pointer) -> Vec<&'a str> {
        let Some(outer) = at
            .parent()
            .and_then(|outer| self.root.get(&outer).map(|_| outer))
        else {
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

    fn key_choice(&self, at: &Pointer, node: &Node, keys: &[&str]) -> Diagnostic {
        let present: Vec<&str> = keys
            .iter()
            .copied()
            .filter(|key| node.child(key).is_some())
            .collect();
        let all = listing(keys.iter().copied()).replace(" and `", " or `");
        let name = at.in_words();
        if present.is_empty() {
            return Diagnostic::error("key-choice", format!("{name} needs one of {all}"))
                .at_key(at, "none of them is here")
                .help(format!(
                    "add `{}: …`, for example",
                    keys.first().copied().unwrap_or_default()
                ));
        }
        let both = listing(present.iter().copied());
        let finding = Diagnostic::error(
            "key-choice",
            format!("{name} has {both}, and only one of them can count"),
        );
        present
            .iter()
            .fold(finding, |finding, key| finding.at_key(&at.child(key), ""))
            .help(format!("keep one of {all}"))
    }
}

/// The keys of which exactly one is needed.
fn one_of<'s>(view: &View<'s>) -> Option<Vec<&'s str>> {
    let keys: Vec<&str> = view
        .parts()
        .flat_map(|part| list(part, "x-one-of"))
        .filter_map(Json::as_str)
        .collect();
    (!keys.is_empty()).then_some(keys)
}

pub(crate) fn unknown_key(
    pointer: &Pointer,
    key: &str,
    known: &[&str],
    elsewhere: Option<String>,
) -> Told {
    let at = pointer.child(key);
    let near = suggest(key, known.iter().copied());
    let help = match (near, elsewhere) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, Some(elsewhere)) => elsewhere,
        (None, None) if known.is_empty() => "it takes no keys: remove this one".to_owned(),
        (None, None) => format!("it takes {}", listing(known.iter().copied())),
    };
    let inside = if pointer.is_root() {
        "at the top of the manifest".to_owned()
    } else {
        format!("in {}", pointer.in_words())
    };
    let finding = Diagnostic::error(
        "unknown-key",
        format!("unknown key {} {inside}", words::quoted(key)),
    )
    .at_key(&at, "no such key")
    .help(help);
    Told {
        pointer: at,
        finding,
    }
}

fn bad_key(pointer: &Pointer, key: &str, kind: &Kind) -> Told {
    let at = pointer.child(key);
    let finding = match kind {
        Kind::Custom { message, .. } => {
            let (what, todo) = split(message);
            let finding = Diagnostic::error(
                "invalid-key",
                format!("a key of {}: {what}", pointer.in_words()),
            );
            finding.help(todo.unwrap_or_default())
        }
        Kind::Enum { options } => {
            let names: Vec<&str> = options
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            return unknown_key(pointer, key, &names, None);
        }
        _ => Diagnostic::error(
            "invalid-key",
            format!(
                "{} cannot be a key of {}",
                words::quoted(key),
                pointer.in_words()
            ),
        ),
    };
    Told {
        finding: finding.at_key(&at, ""),
        pointer: at,
    }
}

/// What is wrong, and what to do where the sentence goes on to say so. A colon inside backticks is part of a value.
fn split(message: &str) -> (&str, Option<&str>) {
    let colon = message
        .match_indices(": ")
        .find(|(at, _)| message[..*at].matches('`').count() % 2 == 0);
    match colon {
        Some((at, _)) => (&message[..at], Some(&message[at + 2..])),
        None => (message, None),
    }
}

/// Whether a text would be something else without its quotes.
fn is_plain(text: &str) -> bool {
    !matches!(
        crate::source::scalar::plain(text),
        Ok(Value::String(_) | Value::Null) | Err(_)
    )
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::String(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

fn out_of_range(
    refuse: impl Fn(&'static str, String) -> Diagnostic,
    name: &str,
    wanted: &str,
    node: &Node,
) -> Diagnostic {
    refuse(
        "out-of-range",
        format!("{name} must be {wanted}, and is {}", node.spelling()),
    )
    .help(format!("write a number that is {wanted}"))
}

fn count(
    refuse: impl Fn(&'static str, String) -> Diagnostic,
    name: &str,
    bound: &str,
    limit: u64,
    what: &str,
    node: &Node,
) -> Diagnostic {
    let have = match &node.value {
        Value::String(text) => text.chars().count(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => 0,
    };
    let plural = if limit == 1 { "" } else { "s" };
    refuse(
        "out-of-range",
        format!("{name} must have {bound} {limit} {what}{plural}, and has {have}"),
    )
    .help(if bound == "at most" {
        "remove some"
    } else {
        "add some"
    })
}

fn twice(pointer: &Pointer, node: &Node) -> Diagnostic {
    let items: Vec<Json> = node
        .as_list()
        .unwrap_or_default()
        .iter()
        .map(Node::to_json)
        .collect();
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
