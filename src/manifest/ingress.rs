//! `ingress`: the web server in front.

use super::planned::Planned;
use super::switch::Switch;
use super::values::{AbsoluteGlob, Bytes, HeaderName, Name, SourcePath, Text, TrustedProxy};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// The web server in front of everything, nginx.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ingress {
    /// The hosts that it runs on. Default: the only host.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["vps"])]
    pub on: Vec<Name>,
    /// How it runs. Default: `native`.
    #[serde(default)]
    pub runtime: IngressRuntime,
    /// Security headers of every answer.
    #[serde(default)]
    pub headers: SecurityHeaders,
    /// Own nginx files, included in `http {}` beside the servers as they are; the bundle's index marks them.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["/opt/acme/nginx.d/*.conf"])]
    pub include: Vec<AbsoluteGlob>,
    /// Connections that one worker process holds. Default: 1024.
    #[serde(default = "connections")]
    #[schemars(range(min = 64, max = 65535))]
    pub worker_connections: u32,
    /// The access log, as JSON lines. Default: on.
    #[serde(default = "Switch::<AccessLog>::with_defaults")]
    pub access_log: Switch<AccessLog>,
    /// Proxies in front of this server whose word on the client's address is taken: networks, or `cloudflare`.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["cloudflare"])]
    pub trusted_proxies: Vec<TrustedProxy>,
    /// A folder with pages for errors, named by their status, as in 404.html or 50x.html.
    #[schemars(example = &"files/errors")]
    pub error_pages: Option<SourcePath>,
    /// An address that moves between the hosts of `on`. Planned: this version refuses it.
    pub vip: Option<Planned>,
}

impl Default for Ingress {
    fn default() -> Self {
        Self {
            on: Vec::new(),
            runtime: IngressRuntime::default(),
            headers: SecurityHeaders::default(),
            include: Vec::new(),
            worker_connections: connections(),
            access_log: Switch::with_defaults(),
            trusted_proxies: Vec::new(),
            error_pages: None,
            vip: None,
        }
    }
}

fn connections() -> u32 {
    1_024
}

/// How the web server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IngressRuntime {
    /// The distribution's package, as a unit.
    #[default]
    Native,
    /// The official image, in the compose file, on the network of the containers that it leads to.
    Container,
}

/// The access log.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct AccessLog {
    /// How much is gathered before it is written. Default: each line at once.
    #[schemars(example = &"32KiB")]
    pub buffer: Option<Bytes>,
}

/// Headers that every answer carries: the known ones by their name in lower case with `_`, others in their own spelling.
/// `false` leaves one out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct SecurityHeaders {
    /// What a page may load and run. Default: its own origin only, in frames of its own origin.
    #[schemars(example = &"default-src 'self'; script-src 'self' 'unsafe-inline'")]
    pub content_security_policy: Option<HeaderValue>,
    /// How long browsers insist on HTTPS. Default: two years, for the name alone.
    #[schemars(example = &"max-age=63072000; includeSubDomains")]
    pub strict_transport_security: Option<HeaderValue>,
    /// How much of its address a page tells to where its links lead. Default: `strict-origin-when-cross-origin`.
    pub referrer_policy: Option<HeaderValue>,
    /// Which abilities of the browser a page may use. Default: no camera, microphone, geolocation or payment.
    pub permissions_policy: Option<HeaderValue>,
    /// Who may put a page in a frame, for old browsers. Default: `SAMEORIGIN`.
    pub x_frame_options: Option<HeaderValue>,
    /// Whether browsers may guess types. Default: `nosniff`.
    pub x_content_type_options: Option<HeaderValue>,
    /// Whether a page shares its window with others that opened it. Default: `same-origin`.
    pub cross_origin_opener_policy: Option<HeaderValue>,
    /// Whether other sites may embed what is served. Default: `same-site`.
    pub cross_origin_resource_policy: Option<HeaderValue>,
    /// Whether a page takes only resources that agree to it. Default: not sent.
    pub cross_origin_embedder_policy: Option<HeaderValue>,
    /// Any other header.
    #[serde(flatten)]
    pub other: BTreeMap<HeaderName, HeaderValue>,
}

/// The value of a header; `false` leaves the header out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderValue {
    Off,
    Set(Text),
}

impl Serialize for HeaderValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_bool(false),
            Self::Set(text) => text.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for HeaderValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = HeaderValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or false to leave the header out")
            }
            fn visit_bool<E: de::Error>(self, on: bool) -> Result<HeaderValue, E> {
                if on {
                    Err(E::custom("`true` is no value of a header: write the text"))
                } else {
                    Ok(HeaderValue::Off)
                }
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<HeaderValue, E> {
                text.parse().map(HeaderValue::Set).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for HeaderValue {
    fn schema_name() -> Cow<'static, str> {
        "HeaderValue".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "boolean"],
            "x-unit": "text",
            "not": {"const": true},
            "description": "A header's value; `false` leaves the header out.",
            "examples": ["noindex", false],
        })
    }
}
