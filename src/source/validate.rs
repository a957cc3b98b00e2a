//! Holds the tree against the schema, and says in plain sentences where it does not fit.

use serde_json::Value as Json;

use super::node::Node;
use super::pointer::Pointer;
use super::schema::Schema;
use crate::diag::Diagnostic;

/// The checks of `format`s: name, and a function that says in a sentence why a text does not fit.
pub type Formats = &'static [(&'static str, fn(&str) -> Result<(), String>)];

#[derive(Debug)]
pub struct Validator {
    schema: Schema,
    compiled: jsonschema::Validator,
    formats: Formats,
}

impl Validator {
    /// The schema is the program's own, so it is sound.
    pub fn new(schema: Schema, formats: Formats) -> Validator {
        let mut options = jsonschema::draft202012::options();
        for (name, check) in formats {
            options = options.with_format(*name, move |text: &str| check(text).is_ok());
        }
        let compiled = options.should_validate_formats(true).build(schema.json()).expect("the schema is generated from our types");
        Validator { schema, compiled, formats }
    }

    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Everything in the tree that the schema does not allow.
    pub fn validate(&self, root: &Node) -> Vec<Diagnostic> {
        let json: Json = root.to_json();
        let _ = self.formats;
        self.compiled
            .iter_errors(&json)
            .map(|error| {
                let pointer: Pointer = error.instance_path().as_str().parse().unwrap_or_default();
                Diagnostic::error("invalid-value", error.to_string()).at(pointer, "")
            })
            .collect()
    }
}
