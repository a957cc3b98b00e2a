//! What the author wrote: one type for each section of the manifest, checked down to its scalars.
//!
//! The types hold long forms only. What reaches them has been merged with its overlays, its short forms expanded,
//! its defaults filled in and validated, all by the schema that is made of these very types (see [`schema`]).

mod admins;
mod backups;
mod deploy;
mod dns;
mod environments;
mod files;
mod hardening;
mod hosts;
mod ingress;
mod monitoring;
mod networks;
mod notify;
mod planned;
mod registries;
mod routes;
mod schema;
mod secret_ref;
mod secrets;
pub mod services;
mod site;
mod switch;
mod tls;
pub mod values;

pub use admins::Admin;
pub use backups::{Backups, Destination, DestinationTarget, Include, Keep, RcloneTarget, S3Target, SftpTarget};
pub use deploy::{Deploy, Forge, Strategy};
pub use dns::{Dns, Provider, Records, Zone};
pub use environments::{Environment, ServiceDefaults};
pub use files::{File, FileSource, OnChange, SiteFile};
pub use hardening::{Fail2ban, Firewall, FirewallBackend, Hardening, Ssh, SshPolicy, UnattendedUpgrades};
pub use hosts::{Addresses, Disk, Host, Os, Size};
pub use ingress::{AccessLog, HeaderValue, Ingress, IngressRuntime, SecurityHeaders};
pub use monitoring::{HealthWatch, Monitoring};
pub use networks::{Network, WireGuard, WireGuardHost, WireGuardPeer};
pub use notify::{Channel, EmailChannel, MailHost, MailServer, Slack, Webhook};
pub use planned::Planned;
pub use registries::RegistryLogin;
pub use routes::{Answer, Auth, Balance, Path, PathOptions, Route};
pub use schema::{editor_schema, editor_schema_text, schema};
pub use secret_ref::{EnvSecret, EnvValue, SecretAs, SecretRef, TextOrSecret};
pub use secrets::{Charset, Encoding, Generate, KeyPair, Secret, SecretSource};
pub use services::{Kind, Service};
pub use site::Site;
pub use switch::Switch;
pub use tls::{Challenge, Issuer, RouteTls, Tls};
pub use values::units;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use values::{
    AbsolutePath, DefaultsKey, EnvName, HostName, InterfaceName, Name, Place, Registry, RuleName, SecretName,
    SourceGlob, Text,
};

/// One system: its hosts, what runs on them, and how the world reaches it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// The edition of the language: 1.
    #[schemars(extend("enum" = [1]))]
    pub sitewright: u32,
    /// Further files of the manifest, merged into it: paths relative to this one, where `*` stands for any characters.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["services/*.yaml"])]
    pub include: Vec<SourceGlob>,
    /// The names that everything else derives its own from.
    pub site: Site,
    /// Who may log in to the hosts. `hardening.ssh` without any is an error.
    #[serde(default)]
    pub admins: BTreeMap<Name, Admin>,
    /// Each a JSON Merge Patch (RFC 7396) over everything else. Default: one environment, `production`.
    #[serde(default)]
    pub environments: BTreeMap<Name, Environment>,
    /// What services have unless they say otherwise: `all`, then `runtime.NAME`, then `kind.NAME`, then the service itself.
    #[serde(default)]
    pub defaults: BTreeMap<DefaultsKey, ServiceDefaults>,
    /// The machines.
    #[schemars(extend("minProperties" = 1))]
    pub hosts: BTreeMap<Name, Host>,
    /// What runs.
    #[serde(default)]
    pub services: BTreeMap<Name, Service>,
    /// Host names and their paths; `@` is the domain itself, a trailing dot makes a name absolute, `"*"` is the wildcard.
    #[serde(default)]
    pub routes: BTreeMap<HostName, Route>,
    /// Certificates.
    #[serde(default)]
    pub tls: Tls,
    /// Authoritative name service. Default: false, somebody else serves the zones.
    #[serde(default = "Switch::<Dns>::off")]
    pub dns: Switch<Dns>,
    /// The web server in front.
    #[serde(default)]
    pub ingress: Ingress,
    /// Private networks between hosts and people, by the name of their interface.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"private": {"wireguard": {"port": 51820}}}))]
    pub networks: BTreeMap<InterfaceName, Network>,
    /// Secrets by name. They have no value here: one is generated on the host, or provided there.
    #[serde(default)]
    pub secrets: BTreeMap<SecretName, Secret>,
    /// Backups of every database and data directory. Default: false.
    #[serde(default = "Switch::<Backups>::off")]
    pub backups: Switch<Backups>,
    /// Channels on which people hear when something fails, and when it works again: the hosts' health, backups, jobs.
    #[serde(default)]
    pub notify: BTreeMap<Name, Channel>,
    /// What closes the hosts. Default: firewall and security updates; sshd is left as it is.
    #[serde(default = "Hardening::unless_said")]
    pub hardening: Switch<Hardening>,
    /// Where images come from that not everybody may have.
    #[serde(default)]
    pub registries: BTreeMap<Registry, RegistryLogin>,
    /// The names under which `uses` hands out a connection, for each kind of service. Default: `DATABASE_URL`, `REDIS_URL` and their kin.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"postgres": {"POSTGRES_HOST": "host", "POSTGRES_PASSWORD": "password"}}))]
    pub exports: BTreeMap<Kind, BTreeMap<EnvName, services::Part>>,
    /// Own files of the hosts, by their path there; those of a service belong under it.
    #[serde(default)]
    pub files: BTreeMap<AbsolutePath, SiteFile>,
    /// Rules that are silenced, by place, each with the reason.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"services.hub": {"docker-socket": "it starts jobs as containers"}}))]
    pub waive: BTreeMap<Place, BTreeMap<RuleName, Text>>,
    /// Looking after the hosts while nobody looks. Default: where `notify` has channels, the health check runs every two minutes
    /// and tells all of them.
    #[serde(default = "Switch::<Monitoring>::with_defaults")]
    pub monitoring: Switch<Monitoring>,
    /// How the bundle and the releases reach the hosts. Default: false, by hand.
    #[serde(default = "Switch::<Deploy>::off")]
    pub deploy: Switch<Deploy>,
    /// Many sites of one template. Planned: this version refuses it.
    pub fleets: Option<Planned>,
    /// Own entries of the catalogue. Planned: this version refuses it.
    pub catalog: Option<Planned>,
}

#[cfg(test)]
mod tests;
