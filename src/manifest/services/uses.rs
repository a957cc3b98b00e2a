//! `uses`: which other services a service needs, and under which names it is told of them.

use crate::manifest::values::{EnvName, SqlName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a service is used.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Use {
    /// The database. Default: the only one of the service.
    #[schemars(example = &"shop")]
    pub database: Option<SqlName>,
    /// What the login may do in it. Default: `app`, or `owner` for a service with `migrate` while it migrates.
    pub role: Option<Role>,
    /// Connections that each instance keeps open. Default: 10.
    #[schemars(range(min = 1, max = 10_000), example = 50)]
    pub pool: Option<u32>,
    /// The names under which the parts of the connection are exported. Default: as under `exports`.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"DB_HOST": "host", "DB_USER": "user", "DB_PASS": "password"}))]
    pub export: BTreeMap<EnvName, Part>,
}

/// What a login may do in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything, tables included.
    Owner,
    /// Read and write rows; no tables are made or dropped.
    #[default]
    App,
    /// Read rows.
    Readonly,
}

/// A part of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// All in one address.
    Url,
    /// The name or address that the server is reached at.
    Host,
    /// The port that it is reached at.
    Port,
    /// The name of the database.
    Database,
    /// The user that logs in.
    User,
    /// The password.
    Password,
    /// The path of a socket.
    Socket,
    /// The virtual host of a message broker.
    Vhost,
    /// The address of a storage.
    Endpoint,
    /// The region of a storage.
    Region,
    /// The bucket of a storage.
    Bucket,
    /// The name of a storage's access key.
    AccessKeyId,
    /// A storage's access key itself.
    SecretAccessKey,
    /// The sender's address of a mail server.
    From,
    /// The address of an identity provider.
    Issuer,
    /// The name under which an identity provider knows the site.
    ClientId,
    /// The identity provider's word for the site.
    ClientSecret,
    /// `HOST:PORT` of each Sentinel, between commas.
    Sentinels,
    /// What Sentinel calls the master.
    SentinelName,
}
