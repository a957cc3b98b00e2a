//! Names that no public authority certifies.

use crate::check::Rule;
use crate::check::certificates::of_letsencrypt;
use crate::check::domains::is_within;
use crate::check::web::servers;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "name-not-public",
    document: include_str!("name_not_public.md"),
    find,
};

/// Ends of names that are kept for private networks and tests (RFC 2606, 6762, 8375, ICANN), or commonly used there.
const PRIVATE: [&str; 11] = [
    "corp",
    "home",
    "home.arpa",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "test",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for certificate in of_letsencrypt(site) {
        let ends = |name: &&String| PRIVATE.iter().any(|end| is_within(name, end)) || !name.contains('.');
        let Some(name) = certificate.names.iter().find(ends) else {
            continue;
        };
        let finding = Diagnostic::error(RULE.code, format!("no public authority certifies `{name}`"))
            .at(&certificate.origin, "the certificate is to come from Let's Encrypt");
        let of = servers(site)
            .into_iter()
            .find(|served| served.server.certificate.as_ref() == Some(&certificate.name));
        let finding = of.iter().fold(finding, |finding, served| {
            finding.at_key(&served.server.origin, "and this name is of a private network")
        });
        let finding = finding
            .why("The name is nobody's on the internet, so nobody can show that it is theirs: the request is refused.")
            .help("set `tls: {issuer: internal}` in this environment, or use a name below a domain of your own");
        // The domain is the cause for all of its names.
        if !found.iter().any(|other| other.labels[0] == finding.labels[0]) {
            found.push(finding);
        }
    }
    found
}
