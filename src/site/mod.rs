//! What a manifest means: one environment, resolved.
//!
//! Every decision that the manifest left open has been taken here (placement, ports, addresses, names, certificates,
//! secrets), so an emitter only gathers one sort of part over a host and writes it down. Each node knows the place of
//! the manifest that it comes from.

mod calendar;
mod configuration;
mod container;
mod data;
mod delivery;
mod edge;
#[cfg(test)]
pub(crate) mod fixture;
mod host;
mod network;
mod process;
mod text;
mod watch;

pub use crate::source::Pointer;
pub(crate) use calendar::Calendar;
pub use configuration::*;
pub use container::*;
pub use data::*;
pub use delivery::*;
pub use edge::*;
pub use host::*;
pub use network::*;
pub use process::*;
pub use text::*;
pub use watch::*;

/// One environment of a site.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Prefix of users, paths, units and networks.
    pub name: String,
    /// The environment's name; it is the folder of the bundle.
    pub environment: String,
    /// The domain that relative names belong to, without a trailing dot.
    pub domain: String,
    /// Mail address for certificates, zones and cron.
    pub contact: String,
    /// IANA time zone of schedules.
    pub timezone: String,
    /// People who may log in.
    pub admins: Vec<Admin>,
    /// Hosts by name, ascending.
    pub hosts: Vec<Host>,
    /// Every secret that some part needs, by name, ascending.
    pub secrets: Vec<Secret>,
    /// The services in the manifest's words, for documents and graphs.
    pub services: Vec<Service>,
    /// Zones that a provider serves, if one does.
    pub hosted: Option<HostedDns>,
    /// Who talks to whom.
    pub links: Vec<Link>,
    /// Where messages go, by name.
    pub channels: Vec<Channel>,
    /// The author wrote that nothing is to be backed up.
    pub backups_declined: bool,
    /// The author wrote when and where backups are made.
    pub backups_planned: bool,
    /// Rules that are silenced.
    pub waivers: Vec<Waiver>,
    /// How it reaches its hosts, if not by hand.
    pub delivery: Option<Delivery>,
}

/// A rule that is silenced at a place.
#[derive(Debug, Clone)]
pub struct Waiver {
    pub origin: Pointer,
    /// Keys of the manifest, parted by dots.
    pub place: String,
    pub rule: String,
    pub reason: String,
}

/// A person with a login on every host.
#[derive(Debug, Clone)]
pub struct Admin {
    pub name: String,
    pub origin: Pointer,
    /// Lines of `authorized_keys`.
    pub keys: Vec<String>,
    /// May become root through sudo.
    pub sudo: bool,
}

/// A secret by name; its value is only ever on the hosts.
#[derive(Debug, Clone)]
pub struct Secret {
    /// File name under `/etc/<site>/secrets/`: `session_key`, or `s3.access_key_id` for a part of one.
    pub name: String,
    pub origin: Pointer,
    pub source: SecretSource,
    /// Hosts that need it, ascending.
    pub hosts: Vec<String>,
    /// What uses it, in the manifest's words (`services.api`), for the runbook.
    pub users: Vec<String>,
    /// The one of its hosts that makes it, where that is not just the first of them: that of the server it is for.
    pub made_on: Option<String>,
    /// How often it is to be replaced.
    pub rotate: Option<Span>,
    /// How a new value takes the place of the old one.
    pub rotation: Rotation,
}

/// A length of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub seconds: u64,
    /// In the manifest's spelling (`90d`).
    pub text: String,
}

/// How a new value of a secret takes the place of the old one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Rotation {
    /// What holds it is written anew and restarted, a server before its clients.
    #[default]
    Replace,
    /// The value before stays valid for so long beside the new one; whoever checks it has it as [`previous`].
    Overlap(Span),
    /// The server takes two at a time: the one before is dropped as soon as every client has the new one.
    Both,
    /// Not by writing it anew; this says what does it.
    Elsewhere(String),
}

/// Name of the secret with the value that was there before, or with the one that is to come: where there is neither, it is
/// the same value, so that nobody ever takes an empty text for a key.
pub fn previous(secret: &str) -> String {
    format!("{secret}.previous")
}

impl Secret {
    /// It is what another one was before, not a secret of its own.
    pub fn is_previous(&self) -> bool {
        matches!(self.source, SecretSource::Previous(_))
    }

    /// Where its value comes from on one of its hosts: what several of them need is made on one, and brought to the
    /// others. The password of a repository is each host's own, as the repository is.
    pub fn source_on(&self, host: &str) -> SecretSource {
        let maker = self.made_on.as_ref().or(self.hosts.first());
        match (&self.source, maker.filter(|maker| *maker != host)) {
            (SecretSource::Generated(_), Some(maker)) if self.users != ["backups"] => {
                SecretSource::Provided(format!("made on {maker}, in the same place: bring it from there"))
            }
            (source, _) => source.clone(),
        }
    }
}

/// Where a secret's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// Made on the host: the specification of `plan.tsv`, such as `length=64,charset=url-safe`.
    Generated(String),
    /// Put there by the operator; the text says where to get it.
    Provided(String),
    /// What the secret of this name was before: see [`previous`].
    Previous(String),
}

/// A service as its author sees it.
#[derive(Debug, Clone)]
pub struct Service {
    pub name: String,
    pub origin: Pointer,
    pub kind: &'static str,
    /// `systemd`, `container`, `native`, or `-` where nothing runs.
    pub runtime: &'static str,
    /// Hosts that it is placed on; one without an instance is named in vain.
    pub hosts: Vec<String>,
    pub instances: Vec<Instance>,
    /// Keeps data that a backup must hold.
    pub stateful: bool,
    /// Where its releases lie, if it is deployed as pre-built artifacts.
    pub release: Option<Release>,
    /// What brings its databases to what a release needs.
    pub migration: Option<Migration>,
    /// Image reference, if it is deployed as an image.
    pub image: Option<String>,
    /// Variables of its environment as the manifest writes them.
    pub variables: Vec<Variable>,
    /// Major version of a server that we run.
    pub version: Option<u32>,
    /// What it writes.
    pub data: Vec<Data>,
    /// Its copies on other hosts, if it has any.
    pub replication: Option<Replication>,
    pub failover: Option<Failover>,
    /// Its configuration, if it is a server that we configure.
    pub configuration: Option<Configuration>,
    /// Address that mail through it comes from, if it is a mail server that says so.
    pub sender: Option<String>,
}

/// One running copy of a service.
#[derive(Debug, Clone)]
pub struct Instance {
    pub host: String,
    /// Name in commands: a unit (`acme-api@3000.service`) or a compose service (`cache`).
    pub handle: String,
    /// TCP port on the host, where it has one.
    pub port: Option<u16>,
    /// Bytes that it may use at most.
    pub memory: Option<u64>,
    /// CPUs that it may use at most, where the manifest limits them.
    pub cpus: Option<f64>,
    /// No two of its process may run at once, so all are stopped before a new release starts.
    pub stop_first: bool,
}

/// Folder with `releases/NAME`, `current` leading to one of them, and `previous` to the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    pub dir: String,
    /// How many are kept.
    pub keep: u32,
}

/// Runs once before a release serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    pub host: String,
    /// A unit (`acme-api-migrate.service`) or a compose service.
    pub handle: String,
}

/// One service reaches another.
#[derive(Debug, Clone)]
pub struct Link {
    pub from: String,
    pub to: String,
    pub origin: Pointer,
    pub protocol: &'static str,
    /// Connections that each instance keeps open, where the manifest says so.
    pub pool: Option<u32>,
    /// Variables that tell `from` of it, unless its own environment has them.
    pub exports: Vec<String>,
}

/// A place where people read messages.
#[derive(Debug, Clone)]
pub struct Channel {
    pub name: String,
    pub origin: Pointer,
    pub target: ChannelTarget,
}

#[derive(Debug, Clone)]
pub enum ChannelTarget {
    /// A Slack-compatible webhook; the secret holds its URL.
    Slack { webhook: String },
    /// Any webhook that takes JSON.
    Webhook { url: Text },
    Email {
        to: Vec<String>,
        from: String,
        /// None hands the mail to the host's own `sendmail`.
        smtp: Option<Smtp>,
    },
}

/// A mail relay.
#[derive(Debug, Clone)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    /// Encrypted from the first byte, instead of by STARTTLS.
    pub implicit_tls: bool,
    pub user: Option<String>,
    /// Name of the secret that holds the password.
    pub password: Option<String>,
}

impl Channel {
    /// Names of the secrets that writing to it takes.
    pub fn secrets(&self) -> Vec<String> {
        match &self.target {
            ChannelTarget::Slack { webhook } => vec![webhook.clone()],
            ChannelTarget::Webhook { url } => url.secrets().map(str::to_owned).collect(),
            ChannelTarget::Email { smtp, .. } => smtp.iter().filter_map(|smtp| smtp.password.clone()).collect(),
        }
    }
}

impl Site {
    /// Hosts that accept a secret's old value beside the new one.
    pub fn accepting(&self, secret: &Secret) -> &[String] {
        let previous = previous(&secret.name);
        let known = self.secrets.iter().find(|known| known.name == previous);
        known.map(|known| known.hosts.as_slice()).unwrap_or_default()
    }

    /// The host of that name.
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.hosts.iter().find(|host| host.name == name)
    }

    /// Its environment is the one that visitors come to, by its name.
    pub fn is_production(&self) -> bool {
        matches!(self.environment.as_str(), "production" | "prod" | "live")
    }

    /// `/etc/<site>`.
    pub fn etc(&self) -> String {
        format!("/etc/{}", self.name)
    }
}
