//! `site`: the names that everything else derives its own from.

use super::values::{Domain, Email, Name, Text, TimeZone};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The site: one system, on one host or many.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Site {
    /// Prefix of users, paths (/opt/NAME, /etc/NAME), networks and units.
    #[schemars(example = &"acme")]
    pub name: Name,
    /// The domain that names in routes and zones are relative to.
    #[schemars(example = &"acme.example")]
    pub domain: Domain,
    /// Where certificate authorities, zone files and alerts write to.
    #[schemars(example = &"ops@acme.example")]
    pub contact: Email,
    /// The time zone that schedules are read in. Default: `UTC`.
    #[serde(default = "utc")]
    #[schemars(example = &"Europe/Paris")]
    pub timezone: TimeZone,
    /// One line on what the site is, for the documents of the bundle.
    pub description: Option<Text>,
}

fn utc() -> TimeZone {
    "UTC".parse().expect("the name of a time zone")
}
