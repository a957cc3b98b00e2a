//! `tls`: who issues the certificates, and how a name's ownership is shown.

use super::values::WebUrl;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::json;
use std::borrow::Cow;
use std::fmt;

/// Certificates of the whole site.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Tls {
    /// Who issues: `letsencrypt`, `letsencrypt-staging`, `internal` (a certificate authority of the site's own), `none` (plain HTTP), or `{acme: URL}`. Default: `letsencrypt`.
    #[serde(default)]
    #[schemars(example = &"letsencrypt")]
    pub issuer: Issuer,
    /// How it is shown that a name is ours: over HTTP, or in the zone, as wildcards need it. Default: `http-01`.
    #[serde(default)]
    pub challenge: Challenge,
    /// One certificate for the domain and every name directly below it. Needs `challenge: dns-01`. Default: false.
    #[serde(default)]
    pub wildcard: bool,
}

/// What differs for one route; the rest is as the site has it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RouteTls {
    /// Who issues this name's certificate. Default: as under `tls`.
    #[schemars(example = &"none")]
    pub issuer: Option<Issuer>,
    /// How it is shown that this name is ours. Default: as under `tls`.
    pub challenge: Option<Challenge>,
    /// Whether the wildcard's certificate serves this name. Default: as under `tls`.
    pub wildcard: Option<bool>,
}

/// Who issues certificates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Issuer {
    #[default]
    LetsEncrypt,
    LetsEncryptStaging,
    /// A certificate authority that is made on the first host.
    Internal,
    /// Plain HTTP.
    None,
    /// Another ACME directory.
    Acme(WebUrl),
}

/// How ownership of a name is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum Challenge {
    /// A file under /.well-known/acme-challenge/.
    #[default]
    #[serde(rename = "http-01")]
    Http01,
    /// A TXT record, answered by whoever serves the zone.
    #[serde(rename = "dns-01")]
    Dns01,
}

const NAMES: [&str; 4] = ["letsencrypt", "letsencrypt-staging", "internal", "none"];

#[derive(Serialize, Deserialize, JsonSchema)]
struct Directory {
    /// The address of the ACME directory.
    #[schemars(example = &"https://acme.example/directory")]
    acme: WebUrl,
}

impl Serialize for Issuer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::LetsEncrypt => serializer.serialize_str(NAMES[0]),
            Self::LetsEncryptStaging => serializer.serialize_str(NAMES[1]),
            Self::Internal => serializer.serialize_str(NAMES[2]),
            Self::None => serializer.serialize_str(NAMES[3]),
            Self::Acme(url) => Directory { acme: url.clone() }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Issuer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Issuer;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an issuer or {acme: URL}")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<Issuer, E> {
                match name {
                    "letsencrypt" => Ok(Issuer::LetsEncrypt),
                    "letsencrypt-staging" => Ok(Issuer::LetsEncryptStaging),
                    "internal" => Ok(Issuer::Internal),
                    "none" => Ok(Issuer::None),
                    _ => Err(E::unknown_variant(name, &NAMES)),
                }
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Issuer, A::Error> {
                Directory::deserialize(de::value::MapAccessDeserializer::new(map)).map(|own| Issuer::Acme(own.acme))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Issuer {
    fn schema_name() -> Cow<'static, str> {
        "Issuer".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Directory::json_schema(generator);
        schema.insert("type".into(), json!(["string", "object"]));
        schema.insert("if".into(), json!({"type": "string"}));
        schema.insert("then".into(), json!({"enum": NAMES}));
        schema.insert(
            "description".into(),
            "`letsencrypt`, `letsencrypt-staging`, `internal`, `none`, or `{acme: URL}`.".into(),
        );
        schema
    }
}
