//! Certificates for trials, in production.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{Issuer, Site};

pub(super) const RULE: Rule = Rule {
    code: "staging-certificate",
    document: include_str!("staging_certificate.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    if !site.is_production() {
        return Vec::new();
    }
    let mut certificates = site.hosts.iter().flat_map(|host| &host.certificates);
    let finding = certificates
        .find(|certificate| matches!(&certificate.issuer, Issuer::Acme { directory, .. } if directory.contains("acme-staging")))
        .map(|certificate| {
            Diagnostic::warning(RULE.code, format!("visitors of `{}` are warned away", certificate.names[0]))
                .at(certificate.origin.child("issuer"), "no browser knows this authority")
                .why("Let's Encrypt's staging authority is for trials: its certificates show that issuing works, and nothing else.")
                .help("set `tls.issuer: letsencrypt`, and keep `letsencrypt-staging` for other environments")
        });
    finding.into_iter().collect()
}
