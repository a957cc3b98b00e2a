//! Names without HTTPS below one that insists on it.

use super::hsts;
use crate::check::Rule;
use crate::check::domains::is_within;
use crate::check::web::servers;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "hsts-shuts-out",
    document: include_str!("hsts_shuts_out.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let strict = hsts(site)
        .into_iter()
        .filter(|header| header.has("includeSubDomains") && header.max_age().is_some_and(|seconds| seconds > 0));
    for header in strict {
        for plain in servers(site)
            .into_iter()
            .filter(|served| served.server.certificate.is_none())
        {
            let mut above = header.served.server.names.iter();
            let Some((name, domain)) = plain.server.names.iter().find_map(|name| {
                let domain = above.find(|domain| is_within(name, domain) && name != *domain)?;
                Some((name, domain))
            }) else {
                continue;
            };
            let finding = Diagnostic::error(RULE.code, format!("browsers that know `{domain}` cannot open `{name}`"))
                .at_key(&plain.server.origin, "this name has no HTTPS")
                .at(
                    &header.origin,
                    format!("and `{domain}` insists on it for all names below"),
                )
                .why("Who has visited the one goes to the other by HTTPS only, for as long as `max-age` says.")
                .help("give the name a certificate (`tls.issuer` other than `none`), or leave out `includeSubDomains`");
            if !found.iter().any(|other| other.labels == finding.labels) {
                found.push(finding);
            }
        }
    }
    found
}
