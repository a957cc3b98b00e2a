//! `nginx.conf`: what all servers share.

use serde::Serialize;

use super::headers::Mapped;
use super::place::Place;
use crate::site::{Ingress, Pointer, Site};

#[derive(Debug, Serialize)]
pub(super) struct View<'a> {
    origin: &'a Pointer,
    site: &'a str,
    folder: &'a str,
    user: &'a str,
    /// The distribution's modules.
    modules: bool,
    /// Name server of the containers' networks.
    resolver: bool,
    maintenance: String,
    worker_connections: u32,
    pub(super) worker_rlimit_nofile: u32,
    types: Vec<Type>,
    trusted_proxies: Vec<String>,
    real_ip_header: &'a str,
    /// nginx text after `access_log`.
    access_log: String,
    headers: &'a [Mapped],
    rates: Vec<Rate<'a>>,
    caches: Vec<Cache<'a>>,
    includes: &'a [String],
}

#[derive(Debug, Serialize)]
struct Type {
    kind: &'static str,
    extension: &'static str,
}

#[derive(Debug, Serialize)]
struct Rate<'a> {
    origin: &'a Pointer,
    name: &'a str,
    rate: &'a str,
}

#[derive(Debug, Serialize)]
struct Cache<'a> {
    origin: &'a Pointer,
    name: &'a str,
    path: String,
    size: u64,
}

pub(super) fn view<'a>(site: &'a Site, ingress: &'a Ingress, place: &'a Place, headers: &'a [Mapped]) -> View<'a> {
    View {
        origin: &ingress.origin,
        site: &site.name,
        folder: &place.folder,
        user: place.user,
        modules: place.container.is_none(),
        resolver: place.container.is_some(),
        maintenance: super::server::maintenance(site),
        worker_connections: ingress.worker_connections,
        worker_rlimit_nofile: descriptors(ingress),
        types: place
            .features
            .types
            .iter()
            .map(|&(kind, extension)| Type { kind, extension })
            .collect(),
        trusted_proxies: ingress.trusted_proxies.iter().map(ToString::to_string).collect(),
        real_ip_header: &ingress.real_ip_header,
        access_log: access_log(site, ingress),
        headers,
        rates: ingress
            .rates
            .iter()
            .map(|zone| Rate {
                origin: &zone.origin,
                name: &zone.name,
                rate: &zone.rate,
            })
            .collect(),
        caches: ingress
            .caches
            .iter()
            .map(|zone| Cache {
                origin: &zone.origin,
                name: &zone.name,
                path: cache_folder(&zone.name),
                size: zone.size,
            })
            .collect(),
        includes: &ingress.include,
    }
}

fn access_log(site: &Site, ingress: &Ingress) -> String {
    if !ingress.access_log {
        return "off".to_owned();
    }
    let buffer = ingress.log_buffer.map(|bytes| format!(" buffer={bytes} flush=5s"));
    format!("/var/log/nginx/access.log {}{}", site.name, buffer.unwrap_or_default())
}

/// Two for each connection, and some for logs and listeners.
pub(super) fn descriptors(ingress: &Ingress) -> u32 {
    ingress.worker_connections.saturating_mul(2).saturating_add(1024)
}

pub(super) fn cache_folder(zone: &str) -> String {
    format!("/var/cache/nginx/{zone}")
}
