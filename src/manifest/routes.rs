//! `routes`: host names and paths, and what answers them.

use super::ingress::HeaderValue;
use super::planned::Planned;
use super::secret_ref::SecretRef;
use super::switch::Switch;
use super::tls::RouteTls;
use super::values::{
    Bytes, Cidr, Duration, HeaderName, HostName, Json, ListenOn, Location, Name, Rate, RoutePath, Target,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::NonZeroU8;

/// A host name. What is set here holds for all its paths, unless a path says otherwise.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"paths": {"/": "web"}}))]
pub struct Route {
    /// What answers under which path.
    #[serde(default)]
    pub paths: BTreeMap<RoutePath, Path>,
    /// Other names that are redirected to this one.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["www"])]
    pub redirect_from: Vec<HostName>,
    /// Other names that are served as this one.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["shop.example.org."])]
    pub aliases: Vec<HostName>,
    /// Where it listens instead of everywhere: an address of the host, or a network.
    #[schemars(example = &"10.0.0.2")]
    pub listen: Option<ListenOn>,
    /// What differs from `tls` for this name.
    pub tls: Option<RouteTls>,
    #[serde(flatten)]
    pub options: PathOptions,
}

/// A path, and what answers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "to"))]
#[schemars(example = serde_json::json!({"to": "api", "rate": "10r/s", "burst": 20}))]
#[schemars(example = serde_json::json!({"redirect": "/new/"}))]
pub struct Path {
    #[serde(flatten)]
    pub answer: Answer,
    /// The status of a redirect or of a fixed answer. Default: 301 for a redirect, 200 for `json`.
    #[schemars(range(min = 200, max = 599), example = 301)]
    pub status: Option<u16>,
    /// Passes the path on without this prefix. Default: false.
    #[serde(default)]
    pub strip_prefix: bool,
    /// Server-sent events and other long answers: passed on as they come, never gathered or compressed. Default: false.
    #[serde(default)]
    pub stream: bool,
    /// Lets a connection be upgraded to a WebSocket. Default: false.
    #[serde(default)]
    pub websocket: bool,
    #[serde(flatten)]
    pub options: PathOptions,
}

/// What answers a path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The service that answers: its name, or `service.process`, or `service.data.name` for files of its data.
    #[schemars(example = &"api", example = &"shop.web")]
    To(Target),
    /// Where this path is redirected to.
    #[schemars(example = &"/new/")]
    Redirect(Location),
    /// A JSON document that is answered as it is.
    Json(Json),
}

/// What can be set for a whole name or for one path.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PathOptions {
    /// How many requests each client may send; beyond the burst it is answered 429. It replaces the name's.
    #[schemars(example = &"10r/s")]
    pub rate: Option<Rate>,
    /// How many requests more than one may come at once before `rate` refuses; then as many come as the rate gives back. Default: the
    /// count of a rate per second; of one per minute one less, so that `5r/m` lets five in at once and then one every 12 seconds.
    #[schemars(range(min = 1, max = 100_000), example = 20)]
    pub burst: Option<u32>,
    /// The largest request body. Default: `10MiB`.
    #[schemars(example = &"100MiB")]
    pub body: Option<Bytes>,
    /// How long the service may take between two pieces of its answer. Default: `1m`; `1h` for streams and WebSockets.
    #[schemars(example = &"2m")]
    pub timeout: Option<Duration>,
    /// How long browsers may keep an answer.
    #[schemars(example = &"30d")]
    pub expires: Option<Duration>,
    /// How long nginx keeps answers and gives them to others. Default: not at all.
    #[schemars(example = &"5m")]
    pub cache: Option<Duration>,
    /// The networks that may come here. Default: everybody.
    #[schemars(extend("x-short" = "[]"), example = ["198.51.100.0/24"])]
    pub allow: Option<Vec<Cidr>>,
    /// Who may come here; `false` opens a path below a closed name.
    pub auth: Option<Switch<Auth>>,
    /// Headers of the answers; `false` leaves one out.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"X-Robots-Tag": "noindex"}))]
    pub headers: BTreeMap<HeaderName, HeaderValue>,
    /// How requests are shared among instances. Default: `round-robin`.
    pub balance: Option<Balance>,
    /// How many requests an instance on a host gets for each one that an instance of weight 1 gets. It replaces the name's.
    /// Default: 1 for every host.
    #[schemars(example = serde_json::json!({"vps1": 3}))]
    pub weights: Option<BTreeMap<Name, NonZeroU8>>,
}

/// How a visitor shows who they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(example = serde_json::json!({"basic": {"secret": "htpasswd"}}))]
pub enum Auth {
    /// A user name and password, from a secret that holds lines of htpasswd.
    Basic(SecretRef),
    /// A service of kind `oidc`. Planned: this version refuses it.
    Oidc(Planned),
}

/// How requests are shared among instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Balance {
    /// One after the other.
    #[default]
    RoundRobin,
    /// The one with the fewest open requests.
    LeastConn,
    /// The same one for the same client.
    IpHash,
}
