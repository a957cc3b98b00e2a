//! `dns`: the zones, which the site serves itself or a provider does.

use super::secret_ref::SecretRef;
use super::values::{CaaData, Duration, MxData, Name, NameData, RecordName, SrvData, TxtData};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Authoritative name service: by CoreDNS on the hosts, or by a provider, for which the records are written down. Without this
/// section somebody else serves the zones, and is told the records by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dns {
    /// The hosts that serve the zones. Not with `provider`. Default: the only host.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["vps"])]
    pub on: Vec<Name>,
    /// The zones, relative to the site's domain; `@` is the domain itself. Names in routes are added by themselves. Default with
    /// `provider`: the domain itself.
    #[serde(default)]
    pub zones: BTreeMap<RecordName, Zone>,
    /// How long others may keep an answer. Default: `1h`.
    #[serde(default = "hour")]
    pub ttl: Duration,
    /// Who serves the zones instead of a server of our own. The bundle has each zone as a file to import there, and certificates
    /// by DNS-01 are asked for through the provider's API.
    #[schemars(example = &"cloudflare")]
    pub provider: Option<Provider>,
    /// The secret by which the provider's API is entered: of Cloudflare a token that may edit the zone's records.
    pub credentials: Option<SecretRef>,
}

/// A provider of name service whose API is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Cloudflare.
    Cloudflare,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Zone {
    /// The host that every name without records of its own leads to.
    #[schemars(example = &"vps")]
    pub wildcard: Option<Name>,
    /// Records beside those that follow from hosts and routes, by their owner.
    #[serde(default)]
    pub records: BTreeMap<RecordName, Records>,
    /// How long others may keep an answer from this zone. Default: as under `dns`.
    pub ttl: Option<Duration>,
}

/// The records of one name, by type, in the words of a zone file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub struct Records {
    /// IPv4 addresses.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["203.0.113.10"])]
    pub a: Vec<Ipv4Addr>,
    /// IPv6 addresses.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["2001:db8::10"])]
    pub aaaa: Vec<Ipv6Addr>,
    /// The name that this one is another name of; it can have no other record.
    #[schemars(example = &"@")]
    pub cname: Option<NameData>,
    /// Mail exchangers, as priority and name.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["10 mail.example.net."])]
    pub mx: Vec<MxData>,
    /// Texts, without quotes of their own.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["v=spf1 mx -all"])]
    pub txt: Vec<TxtData>,
    /// Services, as priority, weight, port and name.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["10 5 5222 xmpp"])]
    pub srv: Vec<SrvData>,
    /// Who may issue certificates. Default: the issuer under `tls`.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["0 issue \"letsencrypt.org\""])]
    pub caa: Vec<CaaData>,
    /// Name servers that a name below the zone is delegated to.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["ns1.example.net."])]
    pub ns: Vec<NameData>,
    /// How long others may keep these records. Default: as in the zone.
    #[serde(rename = "ttl")]
    pub ttl: Option<Duration>,
}

fn hour() -> Duration {
    Duration::seconds(3_600)
}
