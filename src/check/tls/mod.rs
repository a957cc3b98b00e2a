//! Certificates, and what crosses networks in the clear.

mod challenge_on_several_hosts;
mod challenge_unreachable;
mod hsts_preload;
mod hsts_shuts_out;
mod name_not_public;
mod password_in_the_clear;
mod plain_text_between_hosts;
mod replication_in_the_clear;
mod staging_certificate;

use super::Rule;
use crate::check::web::{Served, servers};
use crate::site::{Pointer, Site};

/// By code.
pub(super) const RULES: &[Rule] = &[
    challenge_on_several_hosts::RULE,
    challenge_unreachable::RULE,
    hsts_preload::RULE,
    hsts_shuts_out::RULE,
    name_not_public::RULE,
    password_in_the_clear::RULE,
    plain_text_between_hosts::RULE,
    replication_in_the_clear::RULE,
    staging_certificate::RULE,
];

/// `Strict-Transport-Security` as something sends it.
struct Hsts<'a> {
    served: Served<'a>,
    origin: Pointer,
    value: &'a str,
}

impl Hsts<'_> {
    /// A directive without a value, such as `preload`.
    fn has(&self, directive: &str) -> bool {
        let mut directives = self.value.split(';').map(str::trim);
        directives.any(|known| known.eq_ignore_ascii_case(directive))
    }

    /// Seconds that a browser keeps to it.
    fn max_age(&self) -> Option<u64> {
        let mut directives = self.value.split(';').map(str::trim);
        let value = directives.find_map(|known| {
            let (name, value) = known.split_once('=')?;
            name.trim().eq_ignore_ascii_case("max-age").then_some(value)
        })?;
        value.trim().trim_matches('"').parse().ok()
    }
}

/// What each server with a certificate sends, as far as the manifest sets it.
fn hsts(site: &Site) -> Vec<Hsts<'_>> {
    let value = |headers: &'_ [(String, String)]| -> Option<usize> {
        headers
            .iter()
            .position(|(name, value)| name.eq_ignore_ascii_case("Strict-Transport-Security") && !value.is_empty())
    };
    let mut all = Vec::new();
    for served in servers(site)
        .into_iter()
        .filter(|served| served.server.certificate.is_some())
    {
        if let Some(index) = value(&served.ingress.headers) {
            let origin = served
                .ingress
                .origin
                .child("headers")
                .child("strict_transport_security");
            let value = served.ingress.headers[index].1.as_str();
            all.push(Hsts { served, origin, value });
        }
        for location in &served.server.locations {
            if let Some(index) = value(&location.headers) {
                let (name, value) = &location.headers[index];
                let origin = location.origin.child("headers").child(name);
                all.push(Hsts { served, origin, value });
            }
        }
    }
    all
}
