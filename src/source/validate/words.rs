//! The words in which values and their types are told.

use serde_json::Value as Json;

use crate::source::node::{Node, Value};
use crate::source::schema::{Schema, View, list};
use crate::source::yaml::scalar;

/// "a text, a number or a map"
pub(crate) fn types(names: &[&str]) -> String {
    let mut words: Vec<&str> = Vec::new();
    for name in names {
        let word = match *name {
            "string" => "a text",
            "integer" if !names.contains(&"number") => "a whole number",
            "integer" | "number" => "a number",
            "boolean" => "true or false",
            "true" => "true",
            "array" => "a list",
            "object" => "a map",
            // `null` is never what somebody should write.
            _ => continue,
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    join(&words)
}

fn join(words: &[&str]) -> String {
    match words {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// "the number 1.10". A text is not repeated, as it may be a secret that stands in the wrong place.
pub(crate) fn value(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => node.spelling().into_owned(),
        Value::Number(_) => format!("the number {}", node.spelling()),
        Value::String(text) if text.is_empty() => "an empty text".to_owned(),
        Value::String(_) => "a text".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
    }
}

/// A text as it can stand in a sentence.
pub(crate) fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().count() > MOST {
        shown.push('…');
    }
    format!("`{}`", shown.replace("\\\"", "\"").replace("\\'", "'"))
}

/// As it could be typed in.
pub(crate) fn typed(json: &Json) -> String {
    match json {
        Json::String(text) if is_bare(text) => text.clone(),
        Json::Object(map) => {
            let inner: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}: {}", typed(value)))
                .collect();
            format!("{{{}}}", inner.join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(typed).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Whether the text stays one without quotes.
fn is_bare(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_alphanumeric() || c == '/' || c == '.');
    let plain = text.chars().all(|c| c.is_alphanumeric() || "_-./@".contains(c));
    starts && plain && matches!(scalar::plain(text), Ok(Value::String(_)))
}

/// The first example that the schema gives, as it could be typed in.
pub(crate) fn example(view: &View<'_>) -> Option<String> {
    view.parts().find_map(|part| list(part, "examples").first()).map(typed)
}

/// An example, or one that is made of the examples of what must or may stand in it.
pub(crate) fn sample(schema: &Schema, view: &View<'_>) -> Option<String> {
    if let Some(example) = example(view) {
        return Some(example);
    }
    let of = |key: &str| example(&schema.view(view.property(key), None, None));
    let mut required: Vec<&str> = Vec::new();
    for key in view
        .parts()
        .flat_map(|part| list(part, "required"))
        .filter_map(Json::as_str)
    {
        if !required.contains(&key) {
            required.push(key);
        }
    }
    if !required.is_empty() {
        let pairs: Option<Vec<String>> = required
            .iter()
            .map(|key| of(key).map(|value| format!("{key}: {value}")))
            .collect();
        return pairs.map(|pairs| format!("{{{}}}", pairs.join(", ")));
    }
    // A map of whatever has a name.
    let value = of("NAME").filter(|_| view.keys().next().is_none())?;
    Some(format!("{{NAME: {value}}}"))
}

/// The types that may stand here, short forms included.
pub(crate) fn accepted<'s>(schema: &'s Schema, view: &View<'s>) -> Vec<&'s str> {
    let mut names = named(view);
    for short in view.parts().filter_map(|part| part.get("x-short")) {
        match short {
            Json::String(rule) if rule == "keys" => names.extend(["array", "string"]),
            Json::String(rule) => {
                let inner = if rule == "[]" {
                    view.items()
                } else {
                    view.property(rule)
                };
                names.extend(named(&schema.view(inner, None, None)));
            }
            Json::Object(forms) => names.extend(forms.keys().map(String::as_str)),
            _ => {}
        }
    }
    let order = ["string", "integer", "number", "true", "boolean", "array", "object"];
    let mut sorted: Vec<&str> = order.into_iter().filter(|name| names.contains(name)).collect();
    if sorted.contains(&"boolean") {
        sorted.retain(|name| *name != "true");
    }
    sorted
}

fn named<'s>(view: &View<'s>) -> Vec<&'s str> {
    let mut names = Vec::new();
    for part in view.parts() {
        match part.get("type") {
            Some(Json::String(name)) => names.push(name.as_str()),
            Some(Json::Array(all)) => names.extend(all.iter().filter_map(Json::as_str)),
            _ => {}
        }
    }
    names
}
