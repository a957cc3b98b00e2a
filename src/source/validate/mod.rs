//! Holds the tree against the schema, and says in plain sentences where it does not fit: everything in one run, and no
//! consequence beside its cause.

mod choice;
mod planned;
mod tell;
mod words;

use std::collections::BTreeSet;

use jsonschema::{Keyword, ValidationError};
use serde_json::Value as Json;

use super::node::Node;
use super::pointer::Pointer;
use super::schema::Schema;
use crate::diag::Diagnostic;

/// What `x-unit` names: a function that says in a sentence why a text does not fit.
pub type Units = &'static [(&'static str, fn(&str) -> Result<(), String>)];

/// A manifest with more errors than this has one mistake that makes them all.
const MOST_ERRORS: usize = 500;

#[derive(Debug)]
pub struct Validator {
    schema: Schema,
    compiled: jsonschema::Validator,
}

impl Validator {
    /// The schema is the program's own, and so are the units that it names.
    pub fn new(schema: Schema, units: Units) -> Validator {
        let unit = move |name: &Json| {
            let named = |unit: &&(&str, _)| name.as_str() == Some(unit.0);
            let (_, check) = units
                .iter()
                .find(named)
                .expect("every x-unit of the schema is in the table of units");
            Unit(*check)
        };
        let compiled = jsonschema::draft202012::options()
            .with_keyword("x-unit", move |_, name, _| Ok(Box::new(unit(name))))
            .build(schema.json())
            .expect("the schema is generated from our types");
        Validator { schema, compiled }
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Everything in the tree that the schema does not allow.
    pub fn validate(&self, root: &Node) -> Vec<Diagnostic> {
        let mut told = planned::planned(&self.schema, root);
        let planned: BTreeSet<Pointer> = told.iter().map(|told| told.pointer.clone()).collect();
        planned::together(&mut told);
        let json = root.to_json();
        if !self.compiled.is_valid(&json) {
            let teller = tell::Teller {
                schema: &self.schema,
                root,
            };
            let errors = self
                .compiled
                .iter_errors(&json)
                .take(MOST_ERRORS)
                .flat_map(|error| teller.tell(&error));
            told.extend(errors.filter(|told| !within(&told.pointer, &planned)));
        }
        told.extend(planned::unknown_in_patches(&self.schema, root));
        let mut seen = BTreeSet::new();
        told.retain(|told| seen.insert((told.pointer.clone(), told.finding.code)));
        // Which of several keys is needed is a consequence of one of them being misspelt.
        let misspelt: BTreeSet<Pointer> = told
            .iter()
            .filter(|told| told.finding.code == "unknown-key")
            .filter_map(|told| told.pointer.parent())
            .collect();
        told.retain(|told| told.finding.code != "key-choice" || !misspelt.contains(&told.pointer));
        told.into_iter().map(|told| told.finding).collect()
    }
}

fn within(pointer: &Pointer, outer: &BTreeSet<Pointer>) -> bool {
    std::iter::successors(Some(pointer.clone()), Pointer::parent).any(|pointer| outer.contains(&pointer))
}

/// A finding and the value that it is about.
pub(crate) struct Told {
    pub(crate) pointer: Pointer,
    pub(crate) finding: Diagnostic,
}

struct Unit(fn(&str) -> Result<(), String>);

impl<'i> Keyword<'i> for Unit {
    fn validate(&self, instance: &'i Json) -> Result<(), ValidationError<'i>> {
        match instance.as_str().map(self.0) {
            Some(Err(why)) => Err(ValidationError::custom(why)),
            _ => Ok(()),
        }
    }

    fn is_valid(&self, instance: &'i Json) -> bool {
        instance.as_str().is_none_or(|text| (self.0)(text).is_ok())
    }
}

#[cfg(test)]
mod tests;
