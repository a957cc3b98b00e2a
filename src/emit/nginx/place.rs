//! Where nginx runs on a host, and so where its files lie and what it can do.

use super::version::{self, Features};
use crate::site::{Host, Ingress, IngressRuntime, Site};

pub(super) struct Place {
    /// Folder of `nginx.conf` and all that it includes of ours.
    pub(super) folder: String,
    /// Whom the workers run as.
    pub(super) user: &'static str,
    /// The compose service, where it is one.
    pub(super) container: Option<Container>,
    pub(super) features: Features,
}

pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
}

impl Place {
    pub(super) fn of(site: &Site, host: &Host, ingress: &Ingress) -> Self {
        let folder = ingress.folder(&site.name);
        match &ingress.runtime {
            IngressRuntime::Native => Self {
                folder,
                user: "www-data",
                container: None,
                features: version::features(host.os),
            },
            IngressRuntime::Container { name, image } => Self {
                folder,
                user: "nginx",
                container: Some(Container {
                    name: name.clone(),
                    image: image.clone(),
                }),
                features: version::IMAGE,
            },
        }
    }

    /// What every location needs.
    pub(super) fn snippets(&self, site: &Site) -> String {
        format!("{}/snippets/{}", self.folder, site.name)
    }
}
