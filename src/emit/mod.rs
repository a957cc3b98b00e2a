//! Artifacts: one folder a family, its templates beside it.
//!
//! An emitter reads the parts of one host and writes the files of its family; it decides nothing that another family
//! could see. What a file needs beside itself (packages, users, actions) it says in its [`Emission`]; [`install`] gathers
//! those into the host's plan.

mod artifact;
mod backup;
mod ci;
mod compose;
mod coredns;
mod cron;
mod deploy;
mod docs;
mod environment;
mod fail2ban;
mod files;
mod firewall;
mod health;
mod hosted;
mod identity;
mod install;
mod job;
mod nginx;
mod notify;
mod packages;
mod rotate;
mod ssh;
mod systemd;
mod tls;
mod upgrades;
mod wireguard;
mod zone;

pub use artifact::{Artifact, Emission, Leaving, Phase};
pub use install::ENGINE;

use std::collections::BTreeMap;

use crate::site::{Host, Site};
use crate::spread::spread;

/// One artifact family.
pub(crate) struct Emitter {
    /// Name of the family and of its folder; `install.sh --only` takes it.
    pub(crate) name: &'static str,
    pub(crate) emit: fn(&Site, &Host) -> Emission,
}

/// Every family but the ones that need all others: see [`host`].
const EMITTERS: &[Emitter] = &[
    backup::EMITTER,
    compose::EMITTER,
    coredns::EMITTER,
    cron::EMITTER,
    deploy::EMITTER,
    fail2ban::EMITTER,
    files::EMITTER,
    firewall::EMITTER,
    health::EMITTER,
    nginx::EMITTER,
    notify::EMITTER,
    packages::EMITTER,
    rotate::EMITTER,
    ssh::EMITTER,
    systemd::EMITTER,
    tls::EMITTER,
    upgrades::EMITTER,
    wireguard::EMITTER,
];

/// Everything of one host.
#[derive(Debug)]
pub struct HostBundle {
    pub host: String,
    /// By path.
    pub artifacts: Vec<Artifact>,
    /// What `install.sh` reads.
    pub plan: String,
    /// What its actions do, by name, for documents and impact.
    pub effects: BTreeMap<String, String>,
    /// What a new value of each secret restarts, in its order.
    pub(crate) refilled: docs::Effects,
    /// `README.md` of the host.
    pub readme: String,
}

/// One environment, compiled.
#[derive(Debug)]
pub struct Compiled {
    pub site: Site,
    pub hosts: Vec<HostBundle>,
    /// Documents beside the hosts' files, by path under the environment's folder.
    pub documents: BTreeMap<String, String>,
    /// What brings it to its hosts; nothing where that is done by hand.
    pub delivery: DeliveryFiles,
}

/// Files of an environment that stay where it is compiled.
#[derive(Debug, Default)]
pub struct DeliveryFiles {
    /// The program that deploys, by path under the environment's folder.
    pub programs: BTreeMap<String, String>,
    /// What it reads.
    pub data: BTreeMap<String, String>,
    /// Workflows, by path under the bundle's folder.
    pub workflows: BTreeMap<String, String>,
}

/// Everything of an environment.
pub fn site(site: Site) -> Compiled {
    let hosts: Vec<HostBundle> = spread(&site.hosts, |host| self::host(&site, host));
    let mut documents: BTreeMap<String, String> = hosts
        .iter()
        .map(|host| (format!("{}/README.md", host.host), host.readme.clone()))
        .collect();
    documents.insert("RUNBOOK.md".to_owned(), docs::runbook(&site, &hosts));
    let mut delivery = ci::emit(&site);
    delivery.data.extend(hosted::emit(&site));
    Compiled {
        site,
        hosts,
        documents,
        delivery,
    }
}

/// Runs every emitter over a host, and makes its plan.
fn host(site: &Site, host: &Host) -> HostBundle {
    let mut all = Emission::default();
    for emitter in EMITTERS {
        all.absorb((emitter.emit)(site, host));
    }
    let users: Vec<_> = host.users.iter().chain(&all.users).cloned().collect();
    let directories: Vec<_> = host.directories.iter().chain(&all.directories).cloned().collect();
    all.absorb(identity::emit(site, host, &users, &directories));
    all.artifacts.sort_by(|a, b| a.path.cmp(&b.path));
    HostBundle {
        host: host.name.clone(),
        plan: install::plan(site, host, &all),
        readme: docs::host(site, host, &all),
        refilled: docs::effects(&all),
        effects: all
            .actions
            .iter()
            .map(|action| (action.name.clone(), action.effect.clone()))
            .collect(),
        artifacts: all.artifacts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/emit");
        let mut folders: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.file_type().unwrap().is_dir())
            .map(|entry| entry.file_name().into_string().unwrap())
            .filter(|name| !["install", "identity", "docs", "ci"].contains(&name.as_str()))
            .collect();
        folders.sort();
        let mut names: Vec<&str> = EMITTERS.iter().map(|emitter| emitter.name).collect();
        names.sort_unstable();
        assert_eq!(names, folders);
    }
}
