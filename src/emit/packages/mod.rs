//! Third-party package sources: where a package comes from that the distribution does not have, and by whose key.
//!
//! Each source is a deb822 file whose `Signed-By` names a key of its own, so that no repository can speak for another, and
//! a preference that lets it bring nothing but what it is here for.

mod repository;

use std::collections::BTreeSet;

use super::{Artifact, Emission, Emitter, Phase};
use crate::site::{ConfigFile, Host, Repository, Site};
use repository::Source;

const NAME: &str = "packages";

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };

fn emit(_: &Site, host: &Host) -> Emission {
    let mut repositories: BTreeSet<Repository> =
        host.packages.iter().filter_map(|package| package.repository).collect();
    if !host.containers.is_empty() {
        repositories.insert(Repository::Docker);
    }
    // A host has one Node.js: the newest that is asked for.
    let newest = repositories
        .iter()
        .rfind(|repository| matches!(repository, Repository::NodeSource(_)))
        .copied();
    repositories.retain(|repository| !matches!(repository, Repository::NodeSource(_)) || Some(*repository) == newest);
    let mut emission = Emission::default();
    for repository in repositories {
        emission
            .artifacts
            .extend(sources(&repository::source(repository, host.os)));
    }
    emission.artifacts.extend(
        host.before_packages
            .iter()
            .map(|file| <Artifact as From<&ConfigFile>>::from(file).phase(Phase::Repository)),
    );
    emission
}

fn sources(source: &Source) -> [Artifact; 3] {
    let Source {
        name,
        address,
        suite,
        component,
        origin,
        brings,
        priority,
        key,
    } = source;
    let keyring = format!("/etc/apt/keyrings/{name}.asc");
    let entry =
        format!("Types: deb\nURIs: {address}\nSuites: {suite}\nComponents: {component}\nSigned-By: {keyring}\n");
    let preference = format!(
        "# Nothing of this repository is taken but what it is here for.\n\
         Package: *\nPin: origin \"{origin}\"\nPin-Priority: 100\n\n\
         Package: {brings}\nPin: origin \"{origin}\"\nPin-Priority: {priority}\n"
    );
    [
        Artifact::new(NAME, keyring, *key).phase(Phase::Repository),
        Artifact::new(NAME, format!("/etc/apt/sources.list.d/{name}.sources"), entry).phase(Phase::Repository),
        Artifact::new(NAME, format!("/etc/apt/preferences.d/{name}.pref"), preference).phase(Phase::Repository),
    ]
}

#[cfg(test)]
mod tests;
