//! `bundle.json`: what the bundle of an environment holds, where it came from, and which secrets it needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Compiled, File};
use crate::digest::sha256;
use crate::emit::Artifact;
use crate::site::{Secret, SecretSource};

pub(super) const NAME: &str = "bundle.json";

/// The index of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Edition of the index's form.
    pub sitewright: u32,
    pub site: String,
    pub environment: String,
    /// By name: who needs it and where it comes from.
    pub secrets: BTreeMap<String, IndexedSecret>,
    /// By path under the environment's folder.
    pub files: BTreeMap<String, IndexedFile>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedSecret {
    /// `generated` or `provided`.
    pub source: String,
    pub detail: String,
    pub hosts: Vec<String>,
    pub used_by: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedFile {
    pub sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<Installed>,
}

/// Of a file that `install.sh` places.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    pub owner: String,
    pub group: String,
    pub mode: String,
    pub set: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// Places of the manifest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<String>,
    /// It came through an escape hatch: nothing here knows what it says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verbatim: bool,
}

impl Index {
    pub(super) fn new(environment: &Compiled, files: &BTreeMap<String, File>) -> Self {
        let folder = format!("{}/", environment.site.environment);
        let artifacts: BTreeMap<String, &Artifact> = environment
            .hosts
            .iter()
            .flat_map(|host| {
                host.artifacts
                    .iter()
                    .map(move |artifact| (format!("{}/rootfs{}", host.host, artifact.path), artifact))
            })
            .collect();
        let files = files
            .iter()
            .filter_map(|(path, file)| Some((path.strip_prefix(&folder)?, file)))
            .map(|(path, file)| {
                let installed = artifacts.get(path).map(|artifact| installed(artifact));
                (
                    path.to_owned(),
                    IndexedFile {
                        sha256: sha256(&file.content),
                        installed,
                    },
                )
            })
            .collect();
        Self {
            sitewright: 1,
            site: environment.site.name.clone(),
            environment: environment.site.environment.clone(),
            secrets: environment
                .site
                .secrets
                .iter()
                .map(|secret| (secret.name.clone(), indexed(secret)))
                .collect(),
            files,
        }
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("an index is plain data");
        text.push('\n');
        text
    }
}

fn installed(artifact: &Artifact) -> Installed {
    let mut origins: Vec<String> = artifact.origins.iter().map(ToString::to_string).collect();
    origins.sort();
    origins.dedup();
    Installed {
        owner: artifact.owner.clone(),
        group: artifact.group.clone(),
        mode: format!("{:04o}", artifact.mode),
        set: artifact.set.to_owned(),
        actions: artifact.actions.clone(),
        origins,
        verbatim: artifact.verbatim,
    }
}

fn indexed(secret: &Secret) -> IndexedSecret {
    let (source, detail) = match &secret.source {
        SecretSource::Generated(specification) => ("generated", specification),
        SecretSource::Provided(hint) => ("provided", hint),
        SecretSource::Previous(of) => ("previous", of),
    };
    IndexedSecret {
        source: source.to_owned(),
        detail: detail.clone(),
        hosts: secret.hosts.clone(),
        used_by: secret.users.clone(),
    }
}
