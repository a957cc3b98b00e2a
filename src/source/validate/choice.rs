//! A choice of schemas none of which fits: the one that was most probably meant is told.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value as Json;

use crate::source::schema::json_type;

pub(crate) enum Choice<'e> {
    /// No branch takes a value of this type. These they would take.
    Types(Vec<&'static str>),
    /// One of these values would do.
    Values(Vec<&'e Json>),
    /// The branch that fits best has these errors.
    Branch(&'e [ValidationError<'static>]),
}

pub(crate) fn choose<'e>(branches: &'e [Vec<ValidationError<'static>>], path: &str, found: &str) -> Choice<'e> {
    let mut types = Vec::new();
    let mut values: Vec<&Json> = Vec::new();
    let mut best: Option<&[ValidationError<'static>]> = None;
    for branch in flat(branches, path) {
        if let Some(names) = branch.iter().find_map(|error| wrong_type(error, path, found)) {
            types.extend(names);
        } else if let Some(listed) = branch.iter().find_map(|error| wrong_value(error, path)) {
            values.extend(listed);
        } else if best.is_none_or(|best| rank(branch) < rank(best)) {
            best = Some(branch);
        }
    }
    match best {
        Some(branch) => Choice::Branch(branch),
        None if !values.is_empty() => Choice::Values(values),
        None => Choice::Types(types),
    }
}

/// A choice inside a choice is one choice.
fn flat<'e>(branches: &'e [Vec<ValidationError<'static>>], path: &str) -> Vec<&'e [ValidationError<'static>]> {
    let mut out = Vec::new();
    for branch in branches {
        match branch.as_slice() {
            [only] if only.instance_path().as_str() == path => match only.kind() {
                Kind::AnyOf { context } | Kind::OneOfNotValid { context } => out.extend(flat(context, path)),
                _ => out.push(branch.as_slice()),
            },
            _ => out.push(branch.as_slice()),
        }
    }
    out
}

/// A missing key says more against a branch than a wrong value inside it.
fn rank(branch: &[ValidationError<'static>]) -> (usize, usize) {
    (
        branch
            .iter()
            .filter(|error| matches!(error.kind(), Kind::Required { .. }))
            .count(),
        branch.len(),
    )
}

fn wrong_type(error: &ValidationError<'_>, path: &str, found: &str) -> Option<Vec<&'static str>> {
    if error.instance_path().as_str() != path {
        return None;
    }
    match error.kind() {
        Kind::Type { kind } => Some(type_names(kind)),
        _ => {
            let values = wrong_value(error, path)?;
            values
                .iter()
                .all(|value| json_type(value) != found)
                .then(|| values.iter().map(|value| json_type(value)).collect())
        }
    }
}

fn wrong_value<'e>(error: &'e ValidationError<'_>, path: &str) -> Option<Vec<&'e Json>> {
    if error.instance_path().as_str() != path {
        return None;
    }
    match error.kind() {
        Kind::Constant { expected_value } => Some(vec![&**expected_value]),
        Kind::Enum { options } => Some(options.as_array()?.iter().collect()),
        _ => None,
    }
}

pub(crate) fn type_names(kind: &TypeKind) -> Vec<&'static str> {
    match kind {
        TypeKind::Single(one) => vec![one.as_str()],
        TypeKind::Multiple(many) => many.into_iter().map(jsonschema::JsonType::as_str).collect(),
    }
}
