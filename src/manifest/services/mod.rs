//! `services`: what runs. Each kind has its section in a file of its own; `kind` says which one is read.

mod app;
mod common;
mod container;
mod health;
mod oidc;
mod postgres;
mod process;
mod redis;
mod s3;
mod smtp;
mod static_files;
mod uses;

pub use app::{App, AppRuntime, Job, OpenPort, Protocol, Release};
pub use common::{Common, Data, DataType, External, Limits, Listen, Metrics, ServerRuntime, Update};
pub use container::NetworkMode;
pub use health::{Health, HealthProbe};
pub use oidc::{Oidc, OidcExternal};
pub use postgres::{Database, DatabaseBackup, Postgres, PostgresTls};
pub use process::{Process, Run};
pub use redis::{DataBackup, Redis, Sentinel};
pub use s3::{S3, S3External};
pub use smtp::{Smtp, SmtpTls};
pub use static_files::{Expires, Static};
pub use uses::{Part, Role, Use};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// A service, by its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Service {
    App(Box<App>),
    Static(Static),
    Postgres(Box<Postgres>),
    Redis(Box<Redis>),
    Smtp(Smtp),
    S3(S3),
    Oidc(Oidc),
}

impl Service {
    pub fn kind(&self) -> Kind {
        match self {
            Self::App(_) => Kind::App,
            Self::Static(_) => Kind::Static,
            Self::Postgres(_) => Kind::Postgres,
            Self::Redis(_) => Kind::Redis,
            Self::Smtp(_) => Kind::Smtp,
            Self::S3(_) => Kind::S3,
            Self::Oidc(_) => Kind::Oidc,
        }
    }

    /// What services of every kind have.
    pub fn common(&self) -> &Common {
        match self {
            Self::App(app) => &app.common,
            Self::Static(files) => &files.common,
            Self::Postgres(postgres) => &postgres.common,
            Self::Redis(redis) => &redis.common,
            Self::Smtp(smtp) => &smtp.common,
            Self::S3(s3) => &s3.common,
            Self::Oidc(oidc) => &oidc.common,
        }
    }
}

macro_rules! kinds {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// A kind of service, built in or planned.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { $(#[serde(rename = $name)] $variant),+ }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// As the manifest spells it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

kinds! {
    App = "app",
    Static = "static",
    Postgres = "postgres",
    Redis = "redis",
    Smtp = "smtp",
    S3 = "s3",
    Oidc = "oidc",
    Pgbouncer = "pgbouncer",
    Mysql = "mysql",
    Mongodb = "mongodb",
    Rabbitmq = "rabbitmq",
    Elasticsearch = "elasticsearch",
    Activepieces = "activepieces",
    Bookstack = "bookstack",
    Calcom = "calcom",
    Chatwoot = "chatwoot",
    Ghost = "ghost",
    Keycloak = "keycloak",
    Listmonk = "listmonk",
    Nextcloud = "nextcloud",
    Nocodb = "nocodb",
    Odoo = "odoo",
    Portainer = "portainer",
    Stalwart = "stalwart",
    Umami = "umami",
    UptimeKuma = "uptime-kuma",
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl JsonSchema for Service {
    fn schema_name() -> Cow<'static, str> {
        "Service".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut kinds = Map::new();
        let mut built = |kind: Kind, schema: Schema| kinds.insert(kind.as_str().into(), schema.into());
        built(Kind::App, generator.subschema_for::<App>());
        built(Kind::Static, generator.subschema_for::<Static>());
        built(Kind::Postgres, generator.subschema_for::<Postgres>());
        built(Kind::Redis, generator.subschema_for::<Redis>());
        built(Kind::Smtp, generator.subschema_for::<Smtp>());
        built(Kind::S3, generator.subschema_for::<S3>());
        built(Kind::Oidc, generator.subschema_for::<Oidc>());
        let cases: Vec<Value> = kinds
            .iter()
            .map(|(kind, schema)| {
                json!({"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": schema})
            })
            .collect();
        for kind in Kind::ALL {
            let planned = json!({"x-planned": true, "description": "Planned: this version refuses it by name."});
            kinds.entry(kind.as_str()).or_insert(planned);
        }
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        json_schema!({
            "type": "object",
            "description": "What runs: its kind says what else it has.",
            "required": ["kind"],
            "properties": {"kind": {"type": "string", "enum": names, "description": "What sort of service this is."}},
            "x-dispatch": "kind",
            "x-kinds": kinds,
            "allOf": cases,
        })
    }
}
