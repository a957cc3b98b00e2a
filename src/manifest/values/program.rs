//! Versions of programs, and container images.

use super::text::single_line;
use super::unit::{Unit, checked_text};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The version of a program, of which as many parts are given as matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(String);

impl Version {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first part.
    pub fn major(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-+_".contains(c);
        let begins = text.starts_with(|c: char| c.is_ascii_digit());
        if !begins || text.len() > 64 || !text.chars().all(plain) || text.ends_with('.') || text.contains("..") {
            return Err(format!(
                "`{}` is not a version: write it as \"15\" or \"1.10\"",
                text.escape_debug()
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Unit for Version {
    const UNIT: &'static str = "version";
    const PATTERN: Option<&'static str> = Some("^[0-9][A-Za-z0-9._+-]*$");
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Version;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a version, as in \"15\"")
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Version, E> {
                number.to_string().parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Version, E> {
                number.to_string().parse().map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Version, E> {
                // YAML has already made 1.1 of 1.10.
                Err(E::custom(format!(
                    "a version with a dot is written in quotes, or 1.10 would be 1.1: \"{number}\""
                )))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Version, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Version {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "integer"],
            "x-unit": Self::UNIT,
            "pattern": Self::PATTERN,
            "minimum": 0,
            "description": "A version, in quotes where it has a dot: as a number 1.10 would be 1.1.",
            "examples": ["15", "1.10"],
        })
    }
}

checked_text! {
    /// A container image: registry, name and tag, with its digest where it is pinned.
    Image: "image", Some(r"^[a-z0-9][a-z0-9._/:-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?$"),
    ["ghcr.io/acme/api:1.4.0"], check_image
}

impl Image {
    /// The registry's host; images without one come from docker.io.
    pub fn registry(&self) -> &str {
        match self.as_str().split_once('/') {
            Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
            _ => "docker.io",
        }
    }

    pub fn tag(&self) -> Option<&str> {
        let name = self.as_str().split('@').next().unwrap_or_default();
        let last = name.rsplit('/').next().unwrap_or_default();
        last.split_once(':').map(|(_, tag)| tag)
    }

    pub fn digest(&self) -> Option<&str> {
        self.as_str().split_once('@').map(|(_, digest)| digest)
    }
}

fn check_image(text: &str) -> Result<(), String> {
    single_line(text)?;
    let wrong = || format!("`{text}` is not a container image: write it as ghcr.io/acme/api:1.4.0");
    let (name, digest) = text
        .split_once('@')
        .map_or((text, None), |(name, digest)| (name, Some(digest)));
    if let Some(digest) = digest {
        let hex = digest.strip_prefix("sha256:").ok_or_else(wrong)?;
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(format!(
                "the digest of `{name}` is not sha256: and 64 hexadecimal digits"
            ));
        }
    }
    let (folder, last) = name
        .rsplit_once('/')
        .map_or(("", name), |(folder, last)| (folder, last));
    let (last, tag) = last
        .split_once(':')
        .map_or((last, None), |(last, tag)| (last, Some(tag)));
    let tag_char = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    if tag.is_some_and(|tag| {
        tag.is_empty() || tag.len() > 128 || tag.starts_with(['.', '-']) || !tag.chars().all(tag_char)
    }) {
        return Err(wrong());
    }
    let part_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let part_ok = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric()) && part.chars().all(part_char);
    let mut parts = folder.split('/').filter(|_| !folder.is_empty());
    let host_ok = parts.next().is_none_or(|host| {
        let (host, port) = host.split_once(':').unwrap_or((host, "1"));
        part_ok(host) && port.parse::<u16>().is_ok()
    });
    if !host_ok || !parts.all(part_ok) || !part_ok(last) {
        if text.contains(|c: char| c.is_ascii_uppercase()) {
            return Err(format!(
                "`{text}` has capitals in its name: images are written in lower case"
            ));
        }
        return Err(wrong());
    }
    Ok(())
}
