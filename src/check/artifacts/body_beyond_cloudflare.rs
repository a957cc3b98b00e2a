//! Requests that do not come through.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "body-beyond-cloudflare",
    document: include_str!("body_beyond_cloudflare.md"),
    find,
};

/// What the plans Free and Pro let through, read generously.
const MOST: u64 = 100 << 20;

fn find(site: &Site) -> Vec<Diagnostic> {
    let ingresses = site.hosts.iter().filter_map(|host| host.ingress.as_ref());
    let behind = ingresses.filter(|ingress| ingress.real_ip_header == "CF-Connecting-IP");
    once(behind.flat_map(|ingress| {
        let locations = ingress.servers.iter().flat_map(|server| &server.locations);
        locations.filter_map(|location| {
            let body = location.body.filter(|body| *body > MOST)?;
            Some(
                Diagnostic::warning(
                    RULE.code,
                    format!("Cloudflare does not let requests of {} MiB through", body >> 20),
                )
                .at(location.origin.child("body"), "larger than 100 MB")
                .at(ingress.origin.child("trusted_proxies"), "requests come by way of Cloudflare")
                .why("It answers 413 by itself: 100 MB are the most on the plans Free and Pro, 200 MB on Business.")
                .help(format!(
                    "send large files in parts or by a name that is not proxied; with a larger plan, say so: `waive: {{{}: {{{}: \"…\"}}}}`",
                    location.origin.child("body").dotted(),
                    RULE.code
                )),
            )
        })
    }))
}
