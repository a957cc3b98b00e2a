//! What belongs to the language and is not built yet: read whatever it holds, and refused by its name.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A part of the language that this version refuses; `false` is fine, as it asks for nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Planned(serde_json::Value);

impl Planned {
    /// Whether anything is asked for.
    pub fn is_asked_for(&self) -> bool {
        !matches!(self.0, serde_json::Value::Bool(false))
    }
}

impl JsonSchema for Planned {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Planned".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "x-planned": true,
            "description": "Planned: this version refuses it by name.",
        })
    }
}
