//! Certificates that are asked for where the authority cannot come.

use crate::check::Rule;
use crate::check::addresses::is_global;
use crate::check::certificates::of_letsencrypt;
use crate::check::zone::{self, Leads};
use crate::diag::Diagnostic;
use crate::site::{Certificate, Challenge, Host, Issuer, Pointer, Record, Site};

pub(super) const RULE: Rule = Rule {
    code: "challenge-unreachable",
    document: include_str!("challenge_unreachable.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for certificate in of_letsencrypt(site) {
        let Some((name, origin)) = unreachable(site, certificate) else {
            continue;
        };
        let finding = Diagnostic::error(
            RULE.code,
            format!("Let's Encrypt cannot reach what answers for `{name}`"),
        )
        .at(&origin, "this has only addresses of a private network")
        .at(&certificate.origin, "and the certificate is to come from Let's Encrypt")
        .why("The authority asks over the internet, finds nobody, and issues nothing.")
        .help("give the host a public address, or set `tls.issuer: internal`");
        if !found.iter().any(|other| other.labels == finding.labels) {
            found.push(finding);
        }
    }
    found
}

/// A name of the certificate, and what would have to be reachable for it.
fn unreachable(site: &Site, certificate: &Certificate) -> Option<(String, Pointer)> {
    let Issuer::Acme { challenge, .. } = &certificate.issuer else {
        return None;
    };
    certificate.names.iter().find_map(|name| {
        let bare = name.strip_prefix("*.").unwrap_or(name);
        let zone = zone::of(site, bare)?;
        let origin = match challenge {
            Challenge::Http01 => match zone.leads(bare) {
                Leads::To(records) => records
                    .iter()
                    .all(|record| is_private(record))
                    .then(|| records[0].origin.clone()),
                _ => None,
            },
            // Its API is asked from here, and the authority asks the provider.
            Challenge::Provider(_) => None,
            Challenge::Dns01 => {
                let servers: Vec<&Host> = site.hosts.iter().filter(|host| host.dns.is_some()).collect();
                let private = servers.iter().all(|host| !host.public.iter().copied().any(is_global));
                servers
                    .first()
                    .filter(|_| private)
                    .map(|host| host.origin.child("address"))
            }
        };
        Some((name.clone(), origin?))
    })
}

fn is_private(record: &Record) -> bool {
    record.data.parse().is_ok_and(|address| !is_global(address))
}
