//! Documents for people, made from the same decisions as the files: a README for each host, and a RUNBOOK for each
//! environment.
//!
//! A section is left out where the site has nothing of its sort, so that what stands there is true of this site and its
//! commands can be copied. Names of sites, hosts, units and services are checked words; any other value goes through an
//! escaper before it comes into a sentence, a table or a command.

mod backups;
mod certificates;
mod daily;
mod delivery;
mod disasters;
mod failover;
mod files;
mod handle;
mod hosted;
mod incidents;
mod install;
mod jobs;
mod loss;
mod machines;
mod networks;
mod ports;
mod releases;
mod replication;
mod rotation;
mod routes;
mod secrets;
mod table;
#[cfg(test)]
mod tests;
mod variables;
mod waivers;
mod zones;

use super::{Emission, HostBundle};
use crate::render::{Language, render};
use crate::site::{Host, Site};

pub(super) use rotation::{Effects, effects};

/// A section that stands in a document, unless there is nothing to say.
type Section = Option<String>;

/// `out/<environment>/<host>/README.md`.
pub(super) fn host(site: &Site, host: &Host, all: &Emission) -> String {
    join([
        Some(machines::head(site, host)),
        Some(machines::services_here(site, host, all)),
        Some(install::section(site, host, all)),
        Some(daily::section(site, host)),
        releases::on_host(site, host),
        jobs::section(site, host),
        backups::on_host(site, host),
        certificates::on_host(site, host),
        networks::on_host(host),
        Some(ports::on_host(host)),
        secrets::on_host(site, host),
        Some(files::changes(all)),
        files::verbatim(host, all),
        Some(loss::section(site, host)),
    ])
}

/// `out/<environment>/RUNBOOK.md`.
pub(super) fn runbook(site: &Site, hosts: &[HostBundle]) -> String {
    join([
        Some(machines::overview(site, hosts)),
        Some(machines::services_everywhere(site)),
        machines::links(site),
        routes::section(site),
        certificates::everywhere(site),
        zones::section(site),
        hosted::section(site),
        networks::everywhere(site),
        ports::everywhere(site),
        variables::section(site),
        secrets::everywhere(site),
        rotation::section(site, hosts),
        Some(install::changing(site)),
        delivery::section(site),
        releases::everywhere(site),
        backups::everywhere(site),
        replication::section(site),
        failover::section(site),
        machines::channels(site),
        waivers::section(site),
        Some(incidents::section(site)),
        Some(disasters::section(site)),
    ])
}

fn join(sections: impl IntoIterator<Item = Section>) -> String {
    let sections: Vec<String> = sections
        .into_iter()
        .flatten()
        .map(|section| section.trim_end().to_owned())
        .collect();
    sections.join("\n\n") + "\n"
}

fn markdown(name: &'static str, template: &'static str, view: &impl serde::Serialize) -> String {
    render(Language::Markdown, name, template, view).text
}

/// Items between commas, or a dash.
fn listed(items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().collect();
    if items.is_empty() {
        "–".into()
    } else {
        items.join(", ")
    }
}
