//! Clients that say themselves where they come from.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "forged-address",
    document: include_str!("forged_address.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut ingresses = site.hosts.iter().filter_map(|host| host.ingress.as_ref());
    let finding = ingresses.find_map(|ingress| {
        let all = ingress.trusted_proxies.iter().find(|net| net.prefix_len() == 0)?;
        Some(
            Diagnostic::warning(RULE.code, "everybody is trusted to say where a request comes from")
                .at(ingress.origin.child("trusted_proxies"), format!("{all} is every address"))
                .why(format!(
                    "A client that sends a header `{}` is taken for whom it names: it comes past `allow` and rate limits, and the log blames others.",
                    ingress.real_ip_header
                ))
                .help("name the networks of your proxies, as in `trusted_proxies: [cloudflare]` or `[10.0.0.0/24]`"),
        )
    });
    finding.into_iter().collect()
}
