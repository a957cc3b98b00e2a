//! What all typed scalars share: reading, printing, their place in the schema, and the table of their checkers.

use super::*;

/// Says what is wrong with a spelling, and what to write instead.
pub type Checker = fn(&str) -> Result<(), String>;

/// A scalar with a name in the schema.
pub(crate) trait Unit: std::str::FromStr<Err = String> {
    const UNIT: &'static str;
    /// For editors. Among the units that name the keys of maps it is unique, see [`key_unit`].
    const PATTERN: Option<&'static str>;
}

/// Gives a type that parses and prints its serde and schema implementations.
macro_rules! string_unit {
    ($name:ident, $unit:literal, $pattern:expr, $description:expr, $examples:expr) => {
        impl $crate::manifest::values::unit::Unit for $name {
            const UNIT: &'static str = $unit;
            const PATTERN: Option<&'static str> = $pattern;
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let pattern: Option<&'static str> = $pattern;
                let mut schema = schemars::json_schema!({
                    "type": "string",
                    "x-unit": $unit,
                    "description": $description.trim(),
                    "examples": $examples,
                });
                if let Some(pattern) = pattern {
                    schema.insert("pattern".into(), pattern.into());
                }
                schema
            }
        }
    };
}

/// A newtype over a text that a function has checked.
macro_rules! checked_text {
    (
        $(#[doc = $doc:literal])+
        $name:ident: $unit:literal, $pattern:expr, $examples:expr, $check:expr
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let check: fn(&str) -> Result<(), String> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        $crate::manifest::values::unit::string_unit!($name, $unit, $pattern, concat!($($doc),+), $examples);
    };
}

pub(crate) use {checked_text, string_unit};

fn check<T: Unit>(text: &str) -> Result<(), String> {
    text.parse::<T>().map(drop)
}

macro_rules! table {
    ($($name:ident),+ ; keys: $($key:ident),+ $(,)?) => {
        const UNITS: &[(&str, Checker)] = &[$((<$name as Unit>::UNIT, check::<$name>)),+];
        #[cfg(test)]
        const PATTERNS: &[(&str, Option<&str>)] = &[$((<$name as Unit>::UNIT, <$name as Unit>::PATTERN)),+];
        const KEYS: &[(&str, Option<&str>)] = &[$((<$key as Unit>::UNIT, <$key as Unit>::PATTERN)),+];
    };
}

table!(
    AbsoluteGlob,
    AbsolutePath,
    Address,
    Argument,
    Bytes,
    CaaData,
    Cidr,
    DebianPackage,
    DefaultsKey,
    Domain,
    Duration,
    Email,
    BranchName,
    EnvName,
    FileMode,
    HeaderName,
    HostName,
    Image,
    ListenOn,
    Location,
    Mount,
    MultiText,
    MxData,
    Name,
    NameData,
    Percent,
    Place,
    PortRange,
    Rate,
    RecordName,
    Registry,
    RoutePath,
    RedisCommand,
    RuleName,
    Schedule,
    ServerName,
    SecretName,
    SecretPath,
    SettingName,
    SocketName,
    SourceGlob,
    SourcePath,
    SqlName,
    SqlPattern,
    SrvData,
    SshKey,
    Target,
    Text,
    TimeOfDay,
    TimeZone,
    TrustedProxy,
    TxtData,
    UserName,
    Version,
    WebUrl;
    keys: AbsolutePath, DefaultsKey, EnvName, HeaderName, HostName, Name, Place, RecordName, Registry, RoutePath,
    RuleName, SecretName, SettingName, SqlName,
);

/// Every `x-unit` of the schema with the function that checks a string of it.
pub fn units() -> &'static [(&'static str, Checker)] {
    UNITS
}

/// The unit whose pattern this is: map keys reach the schema by their pattern alone.
pub fn key_unit(pattern: &str) -> Option<&'static str> {
    KEYS.iter()
        .find(|(_, of_unit)| *of_unit == Some(pattern))
        .map(|(unit, _)| *unit)
}

#[cfg(test)]
pub(super) fn pattern_of(unit: &str) -> Option<&'static str> {
    PATTERNS
        .iter()
        .find(|(name, _)| *name == unit)
        .and_then(|(_, pattern)| *pattern)
}
