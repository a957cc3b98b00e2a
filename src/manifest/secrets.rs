//! `secrets`: what must be kept from sight. Names only: a value is generated on the host, or provided there.

use super::values::{Duration, SecretName, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A secret. It has no value here: it is generated on the host or provided there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"generate": {"length": 64}}))]
#[schemars(example = serde_json::json!({"provided": "Slack app settings, Incoming Webhooks"}))]
pub struct Secret {
    #[serde(flatten)]
    pub source: SecretSource,
    /// The names of its parts, where one secret has several, as an access key and its id; they are then written `{secret: name.key}`.
    #[serde(default)]
    #[schemars(example = ["access_key_id", "secret_access_key"])]
    pub keys: Vec<SecretName>,
    /// After how long the health check asks for a new one, which `SITE-rotate-secret` makes. Default: never.
    #[schemars(example = &"90d")]
    pub rotate: Option<Duration>,
    /// How long the value before stays valid after that, as what was signed with it needs. A service has it as
    /// `{secret: NAME.previous}`, and accepts both. Default: the old value counts no more.
    #[schemars(example = &"24h")]
    pub overlap: Option<Duration>,
}

/// Where a secret's value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// Made on the host by a strong generator, once.
    Generate(Generate),
    /// Asked for on the host, with this hint on where to find it.
    #[schemars(example = &"Slack app settings, Incoming Webhooks")]
    Provided(Text),
}

/// How a secret is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = {"true": {}}))]
pub struct Generate {
    /// How many characters, or bytes where they are encoded. Default: 32.
    #[serde(default = "length")]
    #[schemars(range(min = 16, max = 1024), example = 64)]
    pub length: u16,
    /// Random bytes in this encoding, instead of characters of `charset`.
    pub encoding: Option<Encoding>,
    /// The characters that it is made of. Default: `url-safe`.
    #[serde(default)]
    pub charset: Charset,
    /// What stands in front, as some programs ask for.
    #[schemars(example = &"base64:")]
    pub prefix: Option<Text>,
    /// A pair of keys instead of a text; the public half is shown at the end of the installation.
    pub keypair: Option<KeyPair>,
}

fn length() -> u16 {
    32
}

/// How random bytes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    Base64,
    Hex,
}

/// The characters that a secret is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Charset {
    /// Letters, digits, `-` and `_`: safe in addresses and in shells.
    #[default]
    UrlSafe,
    Alphanumeric,
    Digits,
}

/// A pair of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KeyPair {
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    #[serde(rename = "rsa-4096")]
    Rsa4096,
    #[serde(rename = "ed25519")]
    Ed25519,
    /// In OpenSSH's own format, the public half as a line of `authorized_keys`.
    #[serde(rename = "ssh-ed25519")]
    SshEd25519,
}
