//! Standbys of databases: how they are, and what to do when the primary is lost.

use serde::Serialize;

use super::{Section, listed, markdown};
use crate::render::escape::markdown_code as code;
use crate::site::{Check, Service, Site};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    services: Vec<Replicated<'a>>,
}

#[derive(Serialize)]
struct Replicated<'a> {
    name: &'a str,
    primary: &'a str,
    standbys: String,
    stop: &'a str,
    max_lag: u64,
    /// The hosts in the order of after the first standby was promoted.
    turned: String,
    /// Braces, which the template's own language has taken.
    open: &'static str,
    close: &'static str,
}

pub(super) fn section(site: &Site) -> Section {
    let services: Vec<_> = site.services.iter().filter_map(|service| view(site, service)).collect();
    let view = View {
        site: &site.name,
        services,
    };
    (!view.services.is_empty()).then(|| markdown("docs/replication", include_str!("replication.md.hbs"), &view))
}

fn view<'a>(site: &'a Site, service: &'a Service) -> Option<Replicated<'a>> {
    let replication = service.replication.as_ref()?;
    let probes = &site.host(&replication.primary)?.probes;
    let stop = probes.iter().find_map(|probe| match &probe.check {
        Check::Replication { service: of, stop } if *of == service.name => Some(stop.as_str()),
        _ => None,
    })?;
    let (first, rest) = replication.standbys.split_first()?;
    let turned: Vec<&str> = [first.as_str(), replication.primary.as_str()]
        .into_iter()
        .chain(rest.iter().map(String::as_str))
        .collect();
    Some(Replicated {
        name: &service.name,
        primary: &replication.primary,
        standbys: listed(replication.standbys.iter().map(|host| code(host))),
        stop,
        max_lag: replication.max_lag,
        turned: turned.join(", "),
        open: "{",
        close: "}",
    })
}
