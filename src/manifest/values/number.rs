//! Numbers that are neither sizes nor times: shares of a whole, and processors.

use super::bytes::scale;
use super::unit::string_unit;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// A share of a whole, in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u16);

string_unit!(
    Percent,
    "percent",
    Some(r"^[0-9]{1,3}(\.[0-9]{1,2})?%$"),
    "A share of a whole, from 0% to 100%.",
    ["80%", "2.5%"]
);

impl Percent {
    pub fn hundredths(self) -> u16 {
        self.0
    }
}

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text
            .strip_suffix('%')
            .ok_or_else(|| format!("`{text}` is not a percentage: write it as 80%"))?;
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        match scale(number, 100)
            .filter(|n| digits && *n <= 10_000)
            .and_then(|n| u16::try_from(n).ok())
        {
            Some(hundredths) => Ok(Self(hundredths)),
            None => Err(format!("`{text}` is not between 0% and 100% with at most two decimals")),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", f64::from(self.0) / 100.0)
    }
}

/// Processors, in thousandths of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CpuCount(u32);

impl CpuCount {
    pub const fn whole(count: u32) -> Self {
        Self(count * 1_000)
    }

    pub const fn thousandths(self) -> u32 {
        self.0
    }

    fn from_number(number: f64) -> Result<Self, String> {
        let thousandths = (number * 1_000.0).round();
        if !(1.0..=1_024_000.0).contains(&thousandths) || (number * 1_000.0 - thousandths).abs() > 1e-6 {
            return Err(format!(
                "{number} is not a number of processors: write one from 0.001 to 1024, as in 0.5 or 2"
            ));
        }
        // In range and whole by the check above.
        Ok(Self(thousandths as u32))
    }
}

impl fmt::Display for CpuCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.0) / 1_000.0)
    }
}

impl Serialize for CpuCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1_000) {
            serializer.serialize_u32(self.0 / 1_000)
        } else {
            serializer.serialize_f64(f64::from(self.0) / 1_000.0)
        }
    }
}

impl<'de> Deserialize<'de> for CpuCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_number(f64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for CpuCount {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "CpuCount".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number",
            "minimum": 0.001,
            "maximum": 1024,
            "multipleOf": 0.001,
            "description": "Processors; half of one is 0.5.",
            "examples": [2, 0.5],
        })
    }
}
