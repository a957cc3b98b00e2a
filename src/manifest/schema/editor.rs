//! The schema for editors, which know nothing of expansion and merging: it says itself what else may be written.

use super::patch::patches;
use super::strict::each_schema;
use serde_json::{Map, Value, json};

pub(super) fn generate(strict: &Value) -> Value {
    let mut schema = strict.clone();
    each_schema(&mut schema, &mut |object| {
        patterns(object);
        short_forms(object);
    });
    patches(&mut schema);
    each_schema(&mut schema, &mut |object| {
        object.retain(|keyword, _| !keyword.starts_with("x-"))
    });
    schema["title"] = "Sitewright site manifest".into();
    schema
}

/// Values may also come from `${…}`, which editors do not resolve.
fn patterns(object: &mut Map<String, Value>) {
    if let Some(pattern) = object.get("x-pattern").and_then(Value::as_str) {
        let pattern = format!(r"(?:{pattern})|\$\{{");
        object.insert("pattern".into(), pattern.into());
    }
}

/// A place with short forms takes any of them, or the long form.
fn short_forms(object: &mut Map<String, Value>) {
    let Some(short) = object.shift_remove("x-short") else {
        return;
    };
    let mut forms: Vec<Value> = match &short {
        Value::String(rule) => vec![short_form(object, rule)],
        Value::Object(by_type) => by_type
            .iter()
            .map(|(kind, rule)| match rule {
                Value::String(rule) => short_form(object, rule),
                _ if kind == "true" => json!({"const": true}),
                _ => json!({"type": kind}),
            })
            .collect(),
        _ => unreachable!("x-short is a text or a map"),
    };
    let mut outer = Map::new();
    for keyword in ["description", "default", "examples"] {
        if let Some(value) = object.shift_remove(keyword) {
            outer.insert(keyword.into(), value);
        }
    }
    let definitions = object.shift_remove("$defs");
    forms.push(Value::Object(std::mem::take(object)));
    forms.dedup();
    outer.insert("anyOf".into(), forms.into());
    outer.extend(definitions.map(|definitions| ("$defs".into(), definitions)));
    *object = outer;
}

/// What may stand for the whole, by the rule of [`super`].
fn short_form(long: &Map<String, Value>, rule: &str) -> Value {
    match rule {
        "[]" => long["items"].clone(),
        "keys" => {
            let name = long
                .get("propertyNames")
                .cloned()
                .unwrap_or_else(|| json!({"type": "string"}));
            json!({"type": "array", "items": name, "uniqueItems": true})
        }
        key => long["properties"][key].clone(),
    }
}
