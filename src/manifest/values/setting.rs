//! Raw settings: another program's own keys and spelling, passed through that program's escaper.

use super::text::{Text, is_unseen, no_placeholder, single_line};
use super::unit::checked_text;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Number;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

checked_text! {
    /// The name of a setting in the program's own spelling.
    SettingName: "setting-name", Some("^[A-Za-z_][A-Za-z0-9_.-]*$"), ["max_connections", "maxmemory-policy"], check_setting_name
}

fn check_setting_name(text: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || !text.chars().all(plain) || text.len() > 128
    {
        return Err(format!(
            "`{}` is not the name of a setting: use letters, digits, `_`, `.` and `-`",
            text.escape_debug()
        ));
    }
    Ok(())
}

/// The value of a raw setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Setting {
    Bool(bool),
    Number(Number),
    Text(Text),
    List(Vec<Setting>),
    Map(BTreeMap<SettingName, Setting>),
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SettingVisitor)
    }
}

struct SettingVisitor;

impl<'de> de::Visitor<'de> for SettingVisitor {
    type Value = Setting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false, a list or a map")
    }
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Setting, E> {
        Ok(Setting::Bool(value))
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Setting, E> {
        Ok(Setting::Number(value.into()))
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Setting, E> {
        Ok(Setting::Number(value.into()))
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Setting, E> {
        Number::from_f64(value)
            .map(Setting::Number)
            .ok_or_else(|| E::custom("not a number that can be written"))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Setting, E> {
        text.parse().map(Setting::Text).map_err(E::custom)
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Setting, A::Error> {
        Vec::deserialize(de::value::SeqAccessDeserializer::new(list)).map(Setting::List)
    }
    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Setting, A::Error> {
        BTreeMap::deserialize(de::value::MapAccessDeserializer::new(map)).map(Setting::Map)
    }
}

impl JsonSchema for Setting {
    fn schema_name() -> Cow<'static, str> {
        "Setting".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inner = generator.subschema_for::<Self>();
        json_schema!({
            "type": ["string", "number", "boolean", "array", "object"],
            "x-unit": "text",
            "description": "A raw value in the program's own spelling.",
            "items": inner,
            "propertyNames": {"type": "string", "x-unit": "setting-name"},
            "additionalProperties": inner,
        })
    }
}

/// A JSON document that is answered as it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Json(serde_json::Value);

impl Json {
    pub fn value(&self) -> &serde_json::Value {
        &self.0
    }
}

/// On one line, without a character that is not seen: those are escaped.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.to_string().chars() {
            // Outside its texts JSON has none of them.
            if is_unseen(c) {
                write!(f, "\\u{:04x}", u32::from(c))?;
            } else {
                write!(f, "{c}")?;
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        check_json(&value).map_err(de::Error::custom)?;
        Ok(Self(value))
    }
}

fn check_json(value: &serde_json::Value) -> Result<(), String> {
    match value {
        serde_json::Value::String(text) => no_placeholder(text),
        serde_json::Value::Array(items) => items.iter().try_for_each(check_json),
        serde_json::Value::Object(map) => map
            .iter()
            .try_for_each(|(key, value)| single_line(key).and_then(|()| check_json(value))),
        _ => Ok(()),
    }
}

impl JsonSchema for Json {
    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Any JSON value, answered as it is.",
            "x-raw": true,
            "examples": [{"m.server": "matrix.acme.example:443"}],
        })
    }
}
