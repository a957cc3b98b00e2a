//! The table of validators. One file a family: which files it takes, what it runs, and which words count as a finding.

mod actions;
mod apt;
mod certbot;
mod compose;
mod coredns;
mod cron;
mod data;
mod docs;
mod fail2ban;
mod firewall;
mod identity;
mod leaks;
mod logrotate;
mod monitoring;
mod nginx;
mod plan;
mod postgres;
mod redis;
mod shell;
mod sshd;
mod sudo;
mod systemd;
mod wireguard;
mod zones;

use super::finding::Finding;
use super::host::{File, Host};
use super::tools;

pub(crate) struct Validator {
    /// Also the folder of its samples.
    pub(crate) name: &'static str,
    /// The test that runs it.
    pub(crate) family: &'static str,
    /// Paths in the folder of `tests/native/setup`.
    pub(crate) needs: &'static [&'static str],
    pub(crate) takes: fn(&File) -> bool,
    pub(crate) run: fn(&Host, &[&File]) -> Vec<Finding>,
    /// It takes files of any sort, and so says little about each.
    pub(crate) generic: bool,
}

impl Validator {
    pub(crate) fn missing(&self) -> Option<String> {
        if self.needs.contains(&ROOT) && !tools::is_root() {
            return Some("root's rights (it mounts and changes roots)".to_owned());
        }
        tools::missing(self.needs)
    }
}

pub(crate) static ALL: &[&Validator] = &[
    &nginx::NGINX,
    &nginx::GIXY,
    &nginx::GIXY_NEXT,
    &compose::CONFIG,
    &compose::SCHEMA,
    &compose::LINT,
    &compose::DCLINT,
    &shell::SYNTAX,
    &shell::SHELLCHECK,
    &shell::SHFMT,
    &systemd::VERIFY,
    &systemd::SECURITY,
    &zones::CHECKZONE,
    &zones::HOSTED,
    &coredns::BOOT,
    &postgres::SERVER,
    &postgres::CLUSTER,
    &postgres::PASSFILE,
    &redis::SERVER,
    &sshd::SSHD,
    &sshd::AUDIT,
    &sshd::KEYS,
    &fail2ban::FAIL2BAN,
    &firewall::UFW,
    &firewall::NFT,
    &logrotate::LOGROTATE,
    &cron::CRON,
    &sudo::VISUDO,
    &apt::CONF,
    &apt::SOURCES,
    &apt::PACKAGES,
    &identity::SYSUSERS,
    &identity::TMPFILES,
    &data::YAML,
    &data::JSON,
    &data::ENVIRONMENT,
    &data::CREDENTIALS,
    &data::SYSCTL,
    &leaks::GITLEAKS,
    &data::CURL,
    &data::TIME_ZONE,
    &docs::LINKS,
    &monitoring::RULES,
    &monitoring::CONFIG,
    &certbot::CERTBOT,
    &actions::ACTIONLINT,
    &actions::ZIZMOR,
    &actions::SCHEMA,
    &wireguard::WG,
    &plan::PLAN,
    &plan::CHECKS,
];

/// Files that no validator takes, each with its reason.
type Exempt = (fn(&File) -> bool, &'static str);

pub(crate) static EXEMPT: &[Exempt] = &[
    (|file| file.ends(&["/motd"]), "text for people"),
    (
        |file| file.at.contains("/compose/secrets/") || file.at.contains("/compose/registries/"),
        "one secret each, filled in on the host",
    ),
    (
        |file| file.ends(&["/robots.txt", ".html", ".asc", ".gpg"]),
        "content, not configuration",
    ),
    (
        |file| file.under("/etc") && file.ends(&[".tsv"]),
        "tables of our own scripts, which have tests of their own",
    ),
    (
        |file| file.ends(&["../deploy.tsv"]),
        "a table of our own script, which a test runs",
    ),
    (
        |file| file.at.contains("/certificates/"),
        "names for our own script, which the plan's check runs",
    ),
];

const ROOT: &str = "root-bookworm";
