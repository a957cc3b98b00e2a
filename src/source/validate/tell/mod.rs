//! One error of the validator becomes one sentence, with its place and what to do.

mod keys;
mod values;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;

use self::keys::{bad_key, one_of};
use self::values::{out_of_range, twice};
use super::choice::{Choice, choose, type_names};
use super::{Checks, Told, words};
use crate::diag::Diagnostic;
use crate::source::node::Node;
use crate::source::pointer::Pointer;
use crate::source::schema::Schema;

pub(crate) use self::keys::unknown_key;

pub(crate) struct Teller<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) root: &'a Node,
    pub(crate) units: &'a Checks,
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
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => unexpected
                .iter()
                .map(|key| self.unknown(&pointer, &view, key))
                .collect(),
            Kind::Required { property } => {
                vec![self.missing(&pointer, node, &view, property.as_str().unwrap_or_default())]
            }
            Kind::Type { kind } => one(self.wrong_type(&at, node, &view, &type_names(kind))),
            Kind::Enum { .. } if node.is_null() || !node.is_scalar() => {
                one(self.wrong_type(&at, node, &view, &["string"]))
            }
            Kind::Enum { options } => {
                one(self.wrong_value(&at, node, &view, options.as_array().into_iter().flatten().collect()))
            }
            Kind::Constant { expected_value } => one(self.wrong_value(&at, node, &view, vec![expected_value])),
            Kind::OneOfNotValid { .. } | Kind::OneOfMultipleValid { .. } if one_of(&view).is_some() => {
                one(self.key_choice(&at, node, &view, &one_of(&view).unwrap_or_default()))
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                match choose(context, error.instance_path().as_str(), node.type_name()) {
                    Choice::Types(types) => one(self.wrong_type(&at, node, &view, &types)),
                    Choice::Values(values) => one(self.wrong_value(&at, node, &view, values)),
                    Choice::Branch(errors) => errors.iter().flat_map(|error| self.tell(error)).collect(),
                }
            }
            Kind::PropertyNames { error } => {
                let key = error.instance().as_str().unwrap_or_default();
                vec![bad_key(&pointer, key, error.kind())]
            }
            Kind::Custom { message, .. } => one(self.refused_by_unit(&at, &view, message)),
            Kind::UniqueItems => one(twice(&pointer, node)),
            Kind::Pattern { pattern } => {
                let help = words::example(&view).map_or_else(
                    || format!("it is matched against `{pattern}`"),
                    |e| format!("as in `{e}`"),
                );
                one(refuse("invalid-value", format!("{name} is not spelt as it must be")).help(help))
            }
            Kind::Not { .. } => {
                let example = words::example(&view).unwrap_or_else(|| "another value".to_owned());
                one(
                    refuse("invalid-value", format!("{name} cannot be {}", words::value(node)))
                        .help(format!("as in `{example}`")),
                )
            }
            Kind::FalseSchema => one(Diagnostic::error("unknown-key", format!("{name} has no meaning here"))
                .at_key(&at, "")
                .help("remove it")),
            kind => match out_of_range(self.schema, kind, &name, node, &view) {
                Some((title, help)) => one(refuse("out-of-range", title).help(help)),
                None => one(refuse("invalid-value", format!("{name}: {}", error.masked()))
                    .help("`sitewright schema` prints what it takes")),
            },
        }
    }

    /// Where the author wrote it: what was expanded from a short form is told of by the short form.
    fn written(&self, pointer: &Pointer) -> Pointer {
        let mut at = pointer.clone();
        while let (Some(node), Some(parent)) = (self.root.get(&at), at.parent()) {
            let same = |outer: &Node| outer.origin.place.is_some() && outer.origin.place == node.origin.place;
            if !self.root.get(&parent).is_some_and(same) || parent.is_root() {
                break;
            }
            at = parent;
        }
        at
    }
}

/// What is wrong, and what to do where the sentence goes on to say so. A colon inside backticks is part of a value.
fn split(message: &str) -> (&str, Option<&str>) {
    let colon = message
        .match_indices(": ")
        .find(|(at, _)| message[..*at].matches('`').count().is_multiple_of(2));
    match colon {
        Some((at, _)) => (&message[..at], Some(&message[at + 2..])),
        None => (message, None),
    }
}
