//! Passwords over plain HTTP.

use crate::check::Rule;
use crate::check::web::locations;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "password-in-the-clear",
    document: include_str!("password_in_the_clear.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    locations(site)
        .into_iter()
        .filter(|(served, location)| {
            location.basic_auth.is_some() && served.server.certificate.is_none() && served.server.is_public(served.host)
        })
        .map(|(served, location)| {
            Diagnostic::warning(RULE.code, "a password is asked for over plain HTTP")
                .at(
                    location.origin.child("auth"),
                    "it is sent with every request, readable for all on the way",
                )
                .at(served.server.origin.child("tls"), "this name has no HTTPS")
                .why("Whoever shares a network with a visitor has the password after one page.")
                .help("give the name a certificate: `tls: {issuer: letsencrypt}` or `internal`")
        })
        .collect()
}
