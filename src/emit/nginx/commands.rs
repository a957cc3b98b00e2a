//! Commands for people: closing the site for a while, and forgetting kept answers.

use serde::Serialize;

use super::{SET, main_file, server};
use crate::emit::Artifact;
use crate::render::{Language, render};
use crate::site::{Ingress, Site};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    maintenance: String,
    caches: Vec<String>,
    /// A shell command.
    reload: String,
}

pub(super) fn of(site: &Site, ingress: &Ingress) -> Vec<Artifact> {
    let view = View {
        site: &site.name,
        maintenance: server::maintenance(site),
        caches: ingress
            .caches
            .iter()
            .map(|zone| main_file::cache_folder(&zone.name))
            .collect(),
        reload: ingress.reload(&site.name),
    };
    let program = |name: &str, template, text| {
        Artifact::new(
            SET,
            format!("/usr/local/sbin/{}-{name}", site.name),
            render(Language::Shell, template, text, &view).text,
        )
        .mode(0o755)
        .from([ingress.origin.clone()])
    };
    let mut programs = vec![program(
        "maintenance",
        "nginx/maintenance.sh",
        include_str!("maintenance.sh.hbs"),
    )];
    if !ingress.caches.is_empty() {
        programs.push(program(
            "cache-purge",
            "nginx/cache-purge.sh",
            include_str!("cache-purge.sh.hbs"),
        ));
    }
    programs
}
