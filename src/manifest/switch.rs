//! What can be turned off: `false` is off, `true` is on with the defaults, a map is on with settings.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// A part of the manifest that `false` turns off.
#[derive(Debug, Clone, PartialEq)]
pub enum Switch<T> {
    Off,
    On(T),
}

impl<T> Switch<T> {
    pub fn on(&self) -> Option<&T> {
        match self {
            Self::Off => None,
            Self::On(settings) => Some(settings),
        }
    }

    pub fn is_on(&self) -> bool {
        self.on().is_some()
    }

    /// The default of a section that is off unless it is written.
    pub fn off() -> Self {
        Self::Off
    }
}

impl<T: Default> Switch<T> {
    /// The default of a section that is on unless it is turned off.
    pub fn with_defaults() -> Self {
        Self::On(T::default())
    }
}

impl<T: Serialize> Serialize for Switch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_bool(false),
            Self::On(settings) => settings.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Switch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

struct Visitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
    type Value = Switch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false or a map of settings")
    }

    fn visit_bool<E: de::Error>(self, on: bool) -> Result<Switch<T>, E> {
        if !on {
            return Ok(Switch::Off);
        }
        let nothing = std::iter::empty::<(&str, &str)>();
        T::deserialize(de::value::MapDeserializer::new(nothing)).map(Switch::On)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Switch<T>, A::Error> {
        T::deserialize(de::value::MapAccessDeserializer::new(map)).map(Switch::On)
    }
}

impl<T: JsonSchema> JsonSchema for Switch<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("Switch<{}>", T::schema_id()).into()
    }

    /// The settings' own schema, which takes a boolean as well: a union of two schemas would only blur its errors.
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("type".into(), json!(["object", "boolean"]));
        schema.insert("x-off".into(), true.into());
        let mut short = json!({"true": {}});
        match schema.get("x-short") {
            Some(Value::String(key)) => short["string"] = key.clone().into(),
            Some(Value::Object(forms)) => short.as_object_mut().expect("made above").extend(forms.clone()),
            _ => {}
        }
        schema.insert("x-short".into(), short);
        schema
    }
}
