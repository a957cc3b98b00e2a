//! What the web server does for all names, as `ingress` says.

use super::{container, headers, trust};
use crate::resolve::{World, at};
use crate::site::Ingress;

/// A web server that has no names yet.
pub(super) fn empty(world: &World<'_>) -> Ingress {
    let section = &world.manifest.ingress;
    let (policy, headers) = headers::of_all(section);
    Ingress {
        origin: at(["ingress"]),
        runtime: container::runtime(section.runtime),
        worker_connections: section.worker_connections,
        trusted_proxies: section.trusted_proxies.iter().flat_map(trust::networks).collect(),
        real_ip_header: trust::header(&section.trusted_proxies).into(),
        content_security_policy: policy,
        headers,
        include: section.include.iter().map(ToString::to_string).collect(),
        access_log: section.access_log.is_on(),
        log_buffer: section
            .access_log
            .on()
            .and_then(|log| log.buffer)
            .map(|bytes| bytes.get()),
        error_pages: section
            .error_pages
            .as_ref()
            .map(|_| format!("/etc/{}/error-pages", world.site.name)),
        servers: Vec::new(),
        upstreams: Vec::new(),
        rates: Vec::new(),
        caches: Vec::new(),
    }
}
