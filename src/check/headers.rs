//! The headers that the web server sends, and how browsers read them.

use super::once::once;
use crate::site::{Pointer, Site};

/// Each header of each answer with the place that sets it; a default that nobody wrote is not among them.
pub(super) fn sent(site: &Site) -> Vec<(Pointer, String, String)> {
    let mut all = Vec::new();
    for ingress in site.hosts.iter().filter_map(|host| host.ingress.as_ref()) {
        let origin = ingress.origin.child("headers");
        let policy = ingress
            .content_security_policy
            .iter()
            .map(|value| ("Content-Security-Policy", value));
        let others = ingress.headers.iter().map(|(name, value)| (name.as_str(), value));
        for (name, value) in policy.chain(others) {
            let known = name.to_ascii_lowercase().replace('-', "_");
            let key = if KNOWN.contains(&known.as_str()) {
                known.as_str()
            } else {
                name
            };
            all.push((origin.child(key), name.to_owned(), value.clone()));
        }
        for location in ingress.servers.iter().flat_map(|server| &server.locations) {
            let origin = location.origin.child("headers");
            let own = location.headers.iter();
            all.extend(own.map(|(name, value)| (origin.child(name), name.clone(), value.clone())));
        }
    }
    all.retain(|(_, _, value)| !value.is_empty());
    // Hosts send the same, and paths that have it from their name.
    once(all)
}

/// Headers that the manifest writes in lower case with `_`.
const KNOWN: [&str; 9] = [
    "content_security_policy",
    "strict_transport_security",
    "referrer_policy",
    "permissions_policy",
    "x_frame_options",
    "x_content_type_options",
    "cross_origin_opener_policy",
    "cross_origin_resource_policy",
    "cross_origin_embedder_policy",
];

/// The directives of a Content-Security-Policy with their sources, names in lower case.
pub(super) fn policy(value: &str) -> Vec<(String, Vec<&str>)> {
    value
        .split(';')
        .filter_map(|directive| {
            let mut words = directive.split_whitespace();
            Some((words.next()?.to_ascii_lowercase(), words.collect()))
        })
        .collect()
}
