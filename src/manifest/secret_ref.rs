//! References to secrets: the manifest names them and never holds a value.

use super::values::{SecretPath, Text};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Number, json};
use std::borrow::Cow;
use std::fmt;

/// A secret by its name, as declared under `secrets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"secret": "session_key"}))]
pub struct SecretRef {
    /// The name of a secret that is declared under `secrets`; one key of several stands behind a dot.
    #[schemars(example = &"session_key")]
    pub secret: SecretPath,
}

/// How a secret reaches the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecretAs {
    /// Its value.
    #[default]
    Value,
    /// The path of a file that holds it, as programs with `*_FILE` variables take it.
    File,
}

/// A secret in an environment variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvSecret {
    /// The name of a secret that is declared under `secrets`; one key of several stands behind a dot.
    pub secret: SecretPath,
    /// Whether the variable gets the secret's value, or the path of a file that holds it. Default: `value`.
    #[serde(default, rename = "as")]
    pub form: SecretAs,
}

/// The value of an environment variable.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum EnvValue {
    Bool(bool),
    Number(Number),
    Text(Text),
    Secret(EnvSecret),
}

impl<'de> Deserialize<'de> for EnvValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EnvVisitor)
    }
}

struct EnvVisitor;

impl<'de> de::Visitor<'de> for EnvVisitor {
    type Value = EnvValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false or {secret: name}")
    }
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<EnvValue, E> {
        Ok(EnvValue::Bool(value))
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<EnvValue, E> {
        Ok(EnvValue::Number(value.into()))
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<EnvValue, E> {
        Ok(EnvValue::Number(value.into()))
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<EnvValue, E> {
        Number::from_f64(value)
            .map(EnvValue::Number)
            .ok_or_else(|| E::custom("not a number that can be written"))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<EnvValue, E> {
        text.parse().map(EnvValue::Text).map_err(E::custom)
    }
    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<EnvValue, A::Error> {
        EnvSecret::deserialize(de::value::MapAccessDeserializer::new(map)).map(EnvValue::Secret)
    }
}

impl JsonSchema for EnvValue {
    fn schema_name() -> Cow<'static, str> {
        "EnvValue".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = EnvSecret::json_schema(generator);
        schema.insert("type".into(), json!(["string", "number", "boolean", "object"]));
        schema.insert("x-unit".into(), "text".into());
        schema.insert(
            "description".into(),
            "A value, or `{secret: name}` for one that is filled in on the host.".into(),
        );
        schema.insert("examples".into(), json!(["production", {"secret": "session_key"}]));
        schema
    }
}

/// A text that may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum TextOrSecret {
    Text(Text),
    Secret(SecretRef),
}

impl<'de> Deserialize<'de> for TextOrSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = TextOrSecret;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or {secret: name}")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<TextOrSecret, E> {
                text.parse().map(TextOrSecret::Text).map_err(E::custom)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<TextOrSecret, A::Error> {
                SecretRef::deserialize(de::value::MapAccessDeserializer::new(map)).map(TextOrSecret::Secret)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for TextOrSecret {
    fn schema_name() -> Cow<'static, str> {
        "TextOrSecret".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = SecretRef::json_schema(generator);
        schema.insert("type".into(), json!(["string", "object"]));
        schema.insert("x-unit".into(), "text".into());
        schema.insert(
            "description".into(),
            "A text, or `{secret: name}` where it must not be seen.".into(),
        );
        schema
    }
}
