//! `environments` and `defaults`: patches of the manifest. They are applied before anything here is read,
//! so what is left of them carries names only.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An environment: a JSON Merge Patch (RFC 7396) over the whole manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Environment(serde_json::Value);

/// A JSON Merge Patch that lies under services.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceDefaults(serde_json::Value);

impl JsonSchema for Environment {
    fn schema_name() -> Cow<'static, str> {
        "Environment".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "x-patch": "#",
            "description": "What differs in this environment: a JSON Merge Patch (RFC 7396) over the whole manifest. `null` restores a default, `false` turns off; `extends` names the environment that this one begins with.",
            "examples": [{"site": {"domain": "staging.acme.example"}, "backups": false}],
        })
    }
}

impl JsonSchema for ServiceDefaults {
    fn schema_name() -> Cow<'static, str> {
        "ServiceDefaults".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "x-patch": "#/$defs/Service",
            "description": "What services have unless they say otherwise.",
            "examples": [{"on": ["vps"]}],
        })
    }
}
