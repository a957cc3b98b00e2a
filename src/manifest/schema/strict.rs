//! From what schemars makes of the types to the few forms that the stages walk over.

use crate::manifest::Manifest;
use crate::manifest::values::key_unit;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

pub(super) fn generate() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Manifest>()
        .to_value();
    simplify(&mut schema);
    kinds_by_name(&mut schema);
    schema
}

/// Every schema within, from the inside out.
pub(super) fn each_schema(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    for (keyword, inner) in object.iter_mut() {
        match (keyword.as_str(), inner) {
            ("properties" | "patternProperties" | "$defs" | "x-kinds", Value::Object(schemas)) => {
                schemas.values_mut().for_each(|schema| each_schema(schema, change));
            }
            ("anyOf" | "allOf" | "oneOf", Value::Array(schemas)) => {
                schemas.iter_mut().for_each(|schema| each_schema(schema, change));
            }
            ("items" | "additionalProperties" | "propertyNames" | "if" | "then" | "else" | "not", schema) => {
                each_schema(schema, change);
            }
            _ => {}
        }
    }
    change(object);
}

fn simplify(schema: &mut Value) {
    each_schema(schema, &mut |object| {
        without_null(object);
        one_of_names(object);
        one_of_keys(object);
        named_keys(object);
        closed(object);
        // The unit's own check says more, and only one of the two shall speak.
        if let Some(pattern) = object.shift_remove("pattern") {
            object.insert("x-pattern".into(), pattern);
        }
        object.shift_remove("format");
        in_order(object);
    });
}

/// An absent value is absent: `null` never reaches the types.
fn without_null(object: &mut Map<String, Value>) {
    if object.get("default") == Some(&Value::Null) {
        object.shift_remove("default");
    }
    if let Some(default) = object.get_mut("default") {
        drop_nulls(default);
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(branches)) = object.get_mut("anyOf") else {
        return;
    };
    branches.retain(|branch| branch.get("type") != Some(&json!("null")));
    if let [Value::Object(only)] = branches.as_slice() {
        let only = only.clone();
        object.shift_remove("anyOf");
        for (keyword, value) in only {
            object.entry(keyword).or_insert(value);
        }
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// `oneOf` over constants, or lists of them, becomes an `enum`.
fn one_of_names(object: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = object.get("oneOf") else {
        return;
    };
    let mut names = Vec::new();
    let mut descriptions = Vec::new();
    for branch in branches {
        let of_branch = match (branch.get("const"), branch.get("enum")) {
            (Some(name), _) => vec![name.clone()],
            (None, Some(Value::Array(names))) => names.clone(),
            _ => return,
        };
        let description = branch.get("description").cloned().unwrap_or_else(|| "".into());
        descriptions.extend(of_branch.iter().map(|_| description.clone()));
        names.extend(of_branch);
    }
    object.shift_remove("oneOf");
    object.entry("type").or_insert("string".into());
    object.entry("enum").or_insert(names.into());
    object.insert("enumDescriptions".into(), descriptions.into());
}

/// `oneOf` over objects with one key each becomes properties, of which exactly one is needed.
fn one_of_keys(object: &mut Map<String, Value>) {
    let Some(Value::Array(branches)) = object.get("oneOf") else {
        return;
    };
    let single = |branch: &Value| {
        let properties = branch.get("properties")?.as_object()?;
        let (key, schema) = properties.iter().next().filter(|_| properties.len() == 1)?;
        let mut schema = schema.clone();
        if let (Some(description), Some(object)) = (branch.get("description"), schema.as_object_mut()) {
            object.insert("description".into(), description.clone());
        }
        if let (Some(examples), Some(object)) = (branch.get("examples"), schema.as_object_mut()) {
            object.insert("examples".into(), examples.clone());
        }
        Some((key.clone(), schema))
    };
    let Some(keys) = branches.iter().map(single).collect::<Option<Vec<_>>>() else {
        return;
    };
    let names: Vec<Value> = keys.iter().map(|(key, _)| key.as_str().into()).collect();
    let mut needed: Vec<Value> = names.iter().map(|name| json!({"required": [name]})).collect();
    if object.contains_key("x-off") {
        needed.iter_mut().for_each(|branch| branch["type"] = "object".into());
        needed.push(json!({"type": "boolean"}));
    } else {
        object.insert("type".into(), "object".into());
    }
    object.insert("oneOf".into(), needed.into());
    object.insert("x-one-of".into(), names.into());
    let properties = object.entry("properties").or_insert_with(|| json!({}));
    let properties = properties.as_object_mut().expect("properties are always a map");
    for (key, schema) in keys.into_iter().rev() {
        properties.shift_insert(0, key, schema);
    }
}

/// A map whose keys have a pattern: the pattern's unit says more.
fn named_keys(object: &mut Map<String, Value>) {
    let Some(Value::Object(patterns)) = object.shift_remove("patternProperties") else {
        return;
    };
    let mut patterns = patterns.into_iter();
    let (Some((pattern, values)), None) = (patterns.next(), patterns.next()) else {
        unreachable!("the keys of a map have one pattern");
    };
    let unit = key_unit(&pattern).expect("every type of key is in the table of units");
    if object.contains_key("properties") {
        // `propertyNames` would be asked about the known keys as well.
        object.insert("patternProperties".into(), json!({pattern: values}));
        return;
    }
    object.insert(
        "propertyNames".into(),
        json!({"type": "string", "x-unit": unit, "x-pattern": pattern}),
    );
    object.insert("additionalProperties".into(), values);
}

/// What a reader wants first stands first.
fn in_order(object: &mut Map<String, Value>) {
    const ORDER: [&str; 12] = [
        "$schema",
        "title",
        "description",
        "$ref",
        "type",
        "x-unit",
        "x-pattern",
        "enum",
        "const",
        "default",
        "examples",
        "required",
    ];
    let rank = |keyword: &str| match keyword {
        "$defs" => ORDER.len() + 1,
        _ => ORDER.iter().position(|known| *known == keyword).unwrap_or(ORDER.len()),
    };
    let mut keywords: Vec<(String, Value)> = std::mem::take(object).into_iter().collect();
    keywords.sort_by_key(|(keyword, _)| rank(keyword));
    object.extend(keywords);
}

/// No object takes a key that it doesn't know. A dispatching one leaves that to its kinds; a condition has no type.
fn closed(object: &mut Map<String, Value>) {
    if object.contains_key("properties") && object.contains_key("type") && !object.contains_key("x-dispatch") {
        object.entry("additionalProperties").or_insert(false.into());
    }
}

/// Each kind's own schema knows the key that chose it.
fn kinds_by_name(schema: &mut Value) {
    let kinds = schema["$defs"]["Service"]["x-kinds"].clone();
    for (kind, target) in kinds.as_object().expect("made by Service's schema") {
        let Some(reference) = target["$ref"].as_str() else {
            continue;
        };
        let pointer = reference.trim_start_matches('#');
        let own = schema.pointer_mut(pointer).expect("every $ref leads to a definition");
        let properties = own["properties"].as_object_mut().expect("every kind is a map");
        properties.shift_insert(0, "kind".into(), json!({"type": "string", "const": kind}));
    }
}
