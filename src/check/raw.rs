//! Raw settings, the `settings` of a service: where they stand, and how the programs that take them read their values.

use serde_json::Value;

use crate::site::{Pointer, Unit};

/// `/services/NAME/settings`
pub(super) fn settings(service: &str) -> Pointer {
    Pointer::root().child("services").child(service).child("settings")
}

/// The service that a unit belongs to, and the settings that the manifest gave it.
pub(super) fn of_unit(unit: &Unit) -> (String, Pointer) {
    let service = unit.origin.segments().nth(1).unwrap_or_default().into_owned();
    let settings = settings(&service);
    (service, settings)
}

/// A value as one word.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The words of a list, or the one that there is.
pub(super) fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(word).collect(),
        other => word(other).into_iter().collect(),
    }
}

/// How systemd, compose and PostgreSQL write that something is not so.
pub(super) fn is_off(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "no" | "false" | "off" | "0" | "n" | "f"
    )
}

/// The same of what is so.
pub(super) fn is_on(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "yes" | "true" | "on" | "1" | "y" | "t"
    )
}
