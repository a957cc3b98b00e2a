//! What brings an environment to its hosts, and what the repository of the manifest does about it: a script for each
//! environment, the same bytes in each, with its hosts as data; and workflows that check a change and run the script.
//!
//! A forge reads workflows at the root of a repository alone, and a bundle lies below it: they are copied, and the check
//! says when they are no longer the bundle's.

mod check;
mod deploy;
#[cfg(test)]
mod tests;
mod workflow;

use std::collections::BTreeMap;

use super::DeliveryFiles;
use crate::render::escape;
use crate::site::{Delivery, Forge, Host, Site};

pub(super) fn emit(site: &Site) -> DeliveryFiles {
    let Some(delivery) = &site.delivery else {
        return DeliveryFiles::default();
    };
    let workflows = delivery.forge.map(|forge| {
        let folder = forge_folder(forge);
        BTreeMap::from([
            (
                format!("{folder}/workflows/site-check.yaml"),
                check::workflow(delivery, forge),
            ),
            (
                format!("{folder}/workflows/site-deploy-{}.yaml", site.environment),
                deploy::workflow(site, delivery, forge),
            ),
        ])
    });
    DeliveryFiles {
        programs: BTreeMap::from([("deploy.sh".to_owned(), include_str!("deploy.sh").to_owned())]),
        data: BTreeMap::from([("deploy.tsv".to_owned(), data(site, delivery))]),
        workflows: workflows.unwrap_or_default(),
    }
}

fn forge_folder(forge: Forge) -> &'static str {
    match forge {
        Forge::Github => ".github",
        Forge::Gitea => ".gitea",
    }
}

/// The hosts in the order of their names, in which secrets that they share are made as well.
fn data(site: &Site, delivery: &Delivery) -> String {
    let mut lines = vec![
        "# What deploy.sh brings where: host NAME ADDRESS PORT USER; release SERVICE HOST".to_owned(),
        escape::fields(&["site", &site.name]),
        escape::fields(&["environment", &site.environment]),
    ];
    for host in &site.hosts {
        let port = host.hardening.ssh.as_ref().map_or(22, |ssh| ssh.port);
        let fields = ["host", &host.name, &address(host), &port.to_string(), &delivery.user];
        lines.push(escape::fields(&fields));
    }
    for service in &site.services {
        let Some(release) = &service.release else { continue };
        let hosts = site
            .hosts
            .iter()
            .filter(|host| host.directories.iter().any(|directory| directory.path == release.dir));
        lines.extend(hosts.map(|host| escape::fields(&["release", &service.name, &host.name])));
    }
    lines.join("\n") + "\n"
}

/// Where the world reaches it, else where its neighbours do, else its name.
fn address(host: &Host) -> String {
    let private = host.private.map(|network| network.addr());
    host.public
        .first()
        .copied()
        .or(private)
        .map_or_else(|| host.hostname.clone(), |address| address.to_string())
}
