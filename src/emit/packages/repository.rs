//! The repositories that we know.

use crate::site::{Os, Repository};

/// How apt finds a repository and whom it believes.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: &'static str,
    pub(super) address: String,
    pub(super) suite: String,
    pub(super) component: &'static str,
    /// Host name, as `Pin: origin` takes it.
    pub(super) origin: &'static str,
    /// Packages that it may bring, as patterns.
    pub(super) brings: &'static str,
    /// 990 goes before the distribution whatever the version.
    pub(super) priority: u16,
    /// ASCII-armored public key.
    pub(super) key: &'static str,
}

pub(super) fn source(repository: Repository, os: Os) -> Source {
    match repository {
        Repository::Docker => Source {
            name: "docker",
            address: format!("https://download.docker.com/linux/{}", distribution(os)),
            suite: codename(os).to_owned(),
            component: "stable",
            origin: "download.docker.com",
            brings: "docker-* containerd.io",
            priority: 500,
            key: include_str!("keys/docker.asc"),
        },
        Repository::Postgresql => Source {
            name: "postgresql",
            address: "https://apt.postgresql.org/pub/repos/apt".to_owned(),
            suite: format!("{}-pgdg", codename(os)),
            component: "main",
            origin: "apt.postgresql.org",
            brings: "postgresql* libpq* pgdg-*",
            priority: 500,
            key: include_str!("keys/postgresql.asc"),
        },
        Repository::NodeSource(major) => Source {
            name: "nodesource",
            address: format!("https://deb.nodesource.com/node_{major}.x"),
            suite: "nodistro".to_owned(),
            component: "main",
            origin: "deb.nodesource.com",
            brings: "nodejs",
            priority: 990,
            key: include_str!("keys/nodesource.asc"),
        },
    }
}

fn distribution(os: Os) -> &'static str {
    match os {
        Os::Debian12 | Os::Debian13 => "debian",
        Os::Ubuntu2204 | Os::Ubuntu2404 => "ubuntu",
    }
}

fn codename(os: Os) -> &'static str {
    match os {
        Os::Debian12 => "bookworm",
        Os::Debian13 => "trixie",
        Os::Ubuntu2204 => "jammy",
        Os::Ubuntu2404 => "noble",
    }
}
