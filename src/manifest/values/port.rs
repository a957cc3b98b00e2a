//! Ports.

use super::unit::Unit;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

/// A TCP or UDP port, 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Port(NonZeroU16);

impl Port {
    pub fn new(port: u16) -> Option<Self> {
        NonZeroU16::new(port).map(Self)
    }

    pub fn get(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Port {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Port".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "integer",
            "minimum": 1,
            "maximum": 65535,
            "description": "A port, 1 to 65535.",
            "examples": [3000],
        })
    }
}

/// One port or several that follow each other, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    pub first: Port,
    pub last: Port,
}

impl PortRange {
    pub fn single(port: Port) -> Self {
        Self {
            first: port,
            last: port,
        }
    }

    pub fn is_single(self) -> bool {
        self.first == self.last
    }

    /// How many ports there are.
    pub fn count(self) -> u32 {
        u32::from(self.last.get()) - u32::from(self.first.get()) + 1
    }
}

impl FromStr for PortRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            digits
                .parse()
                .ok()
                .filter(|_| plain)
                .and_then(Port::new)
                .ok_or_else(|| format!("`{text}` is not a port or a range of ports: write it as 993 or 49160-49200"))
        };
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let range = Self {
            first: port(first)?,
            last: port(last)?,
        };
        if range.first > range.last {
            return Err(format!(
                "the range `{text}` ends before it begins: write {last}-{first}"
            ));
        }
        Ok(range)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_single() {
            self.first.fmt(f)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

impl Unit for PortRange {
    const UNIT: &'static str = "port-range";
    const PATTERN: Option<&'static str> = Some("^[0-9]{1,5}(-[0-9]{1,5})?$");
}

impl Serialize for PortRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_single() {
            self.first.serialize(serializer)
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for PortRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = PortRange;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a port or a range of ports")
            }
            fn visit_u64<E: de::Error>(self, port: u64) -> Result<PortRange, E> {
                port.to_string().parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, port: i64) -> Result<PortRange, E> {
                port.to_string().parse().map_err(E::custom)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<PortRange, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for PortRange {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "PortRange".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["integer", "string"],
            "x-unit": Self::UNIT,
            "pattern": Self::PATTERN,
            "minimum": 1,
            "maximum": 65535,
            "description": "A port, or a range of them as first-last.",
            "examples": [993, "49160-49200"],
        })
    }
}
