//! Holds the tree against the schema, and says in plain sentences where it does not fit: everything in one run, and no
//! consequence beside its cause.

mod choice;
mod fits;
mod nothing;
mod planned;
mod tell;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jsonschema::{Keyword, ValidationError};
use serde_json::Value as Json;

use super::node::Node;
use super::pointer::Pointer;
use super::schema::Schema;
use crate::diag::Diagnostic;

/// What `x-unit` names: a function that says in a sentence why a text does not fit.
pub type Units = &'static [(&'static str, Check)];

type Check = fn(&str) -> Result<(), String>;
type Checks = BTreeMap<&'static str, Check>;

/// A manifest with more errors than this has one mistake that makes them all.
const MOST_ERRORS: usize = 500;

#[derive(Debug)]
pub struct Validator {
    schema: Schema,
    units: Checks,
    /// Built when something is wrong.
    compiled: OnceLock<jsonschema::Validator>,
}

impl Validator {
    /// The schema is the program's own, and so are the units that it names.
    pub fn new(schema: Schema, units: Units) -> Validator {
        Validator {
            schema,
            units: units.iter().copied().collect(),
            compiled: OnceLock::new(),
        }
    }

    fn compiled(&self) -> &jsonschema::Validator {
        self.compiled.get_or_init(|| {
            let units = self.units.clone();
            let unit = move |name: &Json| {
                let check = name.as_str().and_then(|name| units.get(name));
                Unit(*check.expect("every x-unit of the schema is in the table of units"))
            };
            jsonschema::draft202012::options()
                .with_keyword("x-unit", move |_, name, _| Ok(Box::new(unit(name))))
                .build(self.schema.json())
                .expect("the schema is generated from our types")
        })
    }

    fn fits(&self, root: &Node) -> Option<bool> {
        fits::Fitter {
            schema: &self.schema,
            units: &self.units,
        }
        .fits(root)
    }

    /// What the quick look and the judge say.
    #[cfg(test)]
    pub(crate) fn both(&self, root: &Node) -> (Option<bool>, bool) {
        (self.fits(root), self.compiled().is_valid(&root.to_json()))
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Unknown keys without a value, in a tree that still has them.
    pub fn nothing(&self, root: &Node) -> Vec<Diagnostic> {
        nothing::nothing(&self.schema, root)
    }

    /// Everything in the tree that the schema does not allow.
    pub fn validate(&self, root: &Node) -> Vec<Diagnostic> {
        let mut told = planned::planned(&self.schema, root);
        let planned: BTreeSet<Pointer> = told.iter().map(|told| told.pointer.clone()).collect();
        planned::together(&mut told);
        if self.fits(root) != Some(true) {
            let json = root.to_json();
            let teller = tell::Teller {
                schema: &self.schema,
                root,
                units: &self.units,
            };
            let errors = self
                .compiled()
                .iter_errors(&json)
                .take(MOST_ERRORS)
                .flat_map(|error| teller.tell(&error));
            told.extend(errors.filter(|told| !within(&told.pointer, &planned)));
        }
        told.extend(planned::unknown_in_patches(&self.schema, root));
        let mut seen = BTreeSet::new();
        told.retain(|told| seen.insert((told.pointer.clone(), told.finding.code)));
        // What is of the wrong type is also too small, too large or in no list.
        let mistyped: BTreeSet<Pointer> = told
            .iter()
            .filter(|told| told.finding.code == "wrong-type")
            .map(|told| told.pointer.clone())
            .collect();
        let further = ["out-of-range", "unknown-value", "invalid-value", "key-choice"];
        told.retain(|told| !further.contains(&told.finding.code) || !mistyped.contains(&told.pointer));
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

struct Unit(Check);

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
