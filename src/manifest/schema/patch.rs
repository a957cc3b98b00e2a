//! The schema of JSON Merge Patches: nothing is needed, and `null` may stand anywhere.

use serde_json::{Map, Value, json};

/// Gives each place that holds a patch the schema of that patch.
pub(super) fn patches(schema: &mut Value) {
    let mut root = schema.clone();
    let definitions = root
        .as_object_mut()
        .expect("a schema is a map")
        .shift_remove("$defs")
        .expect("it has definitions");
    let mut made = Patches {
        definitions,
        patched: Map::new(),
    };

    let mut site = made.patch(&root);
    site["description"] = schema["$defs"]["Environment"]["description"].clone();
    let properties = site["properties"].as_object_mut().expect("the manifest is a map");
    properties.shift_remove("environments");
    properties.insert(
        "extends".into(),
        json!({"type": "string", "description": "The environment that this one begins with; its own patch lies over it."}),
    );
    let mut defaults = made.patch(&made.definitions["Service"].clone());
    defaults["description"] = schema["$defs"]["ServiceDefaults"]["description"].clone();

    let definitions = schema["$defs"].as_object_mut().expect("it has definitions");
    definitions.extend(made.patched);
    definitions.insert("Environment".into(), site);
    definitions.insert("ServiceDefaults".into(), defaults);
}

struct Patches {
    definitions: Value,
    patched: Map<String, Value>,
}

impl Patches {
    fn patch(&mut self, schema: &Value) -> Value {
        let Some(object) = schema.as_object() else {
            return schema.clone();
        };
        if object.contains_key("x-dispatch") {
            return self.any_kind(object);
        }
        let mut patch = Map::new();
        for (keyword, value) in object {
            let patched = match keyword.as_str() {
                "required" | "default" | "examples" | "oneOf" => continue,
                "$ref" => self.reference(value),
                "properties" | "patternProperties" => self.each_value(value),
                "additionalProperties" if value.is_object() => self.nullable(value),
                "anyOf" => {
                    let branches = value.as_array().into_iter().flatten();
                    branches.map(|branch| self.patch(branch)).collect::<Vec<_>>().into()
                }
                _ => value.clone(),
            };
            patch.insert(keyword.clone(), patched);
        }
        patch.into()
    }

    fn each_value(&mut self, properties: &Value) -> Value {
        let properties = properties.as_object().into_iter().flatten();
        let patched: Map<String, Value> = properties
            .map(|(key, schema)| (key.clone(), self.nullable(schema)))
            .collect();
        patched.into()
    }

    fn nullable(&mut self, schema: &Value) -> Value {
        let mut patch = self.patch(schema);
        let plain = patch.get("enum").is_none() && patch.get("const").is_none() && patch.get("not").is_none();
        if let Some(kind) = patch.get("type").and_then(Value::as_str).filter(|_| plain) {
            patch["type"] = json!([kind, "null"]);
            return patch;
        }
        let description = patch
            .as_object_mut()
            .and_then(|patch| patch.shift_remove("description"));
        let mut nullable = json!({"anyOf": [patch, {"type": "null"}]});
        if let Some(description) = description {
            nullable["description"] = description;
        }
        nullable
    }

    /// A patch need not say of which kind the service is.
    fn any_kind(&mut self, service: &Map<String, Value>) -> Value {
        let kinds = service["x-kinds"].as_object().expect("a map of schemas");
        let built: Vec<&Value> = kinds.values().filter(|kind| kind.get("$ref").is_some()).collect();
        let planned: Vec<&String> = kinds
            .iter()
            .filter(|(_, kind)| kind.get("$ref").is_none())
            .map(|(name, _)| name)
            .collect();
        let mut branches: Vec<Value> = built.into_iter().map(|kind| self.patch(kind)).collect();
        branches.push(json!({"properties": {"kind": {"enum": planned}}, "required": ["kind"]}));
        json!({"type": "object", "anyOf": branches})
    }

    fn reference(&mut self, reference: &Value) -> Value {
        let name = reference
            .as_str()
            .and_then(|text| text.strip_prefix("#/$defs/"))
            .expect("it leads to a definition");
        let definition = self.definitions[name].clone();
        if !has_keys(&definition) {
            return reference.clone();
        }
        let patched = format!("{name}Patch");
        if !self.patched.contains_key(&patched) {
            // Taken before it is made, for definitions that contain themselves.
            self.patched.insert(patched.clone(), Value::Null);
            let patch = self.patch(&definition);
            self.patched.insert(patched.clone(), patch);
        }
        format!("#/$defs/{patched}").into()
    }
}

/// Whether a patch of it can differ from the whole.
fn has_keys(schema: &Value) -> bool {
    let branches = schema.get("anyOf").and_then(Value::as_array);
    schema.get("properties").is_some()
        || schema.get("additionalProperties").is_some_and(Value::is_object)
        || branches.is_some_and(|branches| branches.iter().any(has_keys))
}
