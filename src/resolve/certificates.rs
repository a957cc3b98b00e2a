//! Which certificates cover the names, who issues them, and how it is shown that a name is ours.

use super::{World, at, host_mut};
use crate::diag::Diagnostic;
use crate::manifest::{Challenge as ManifestChallenge, Issuer as ManifestIssuer, Provider as ManifestProvider, Route};
use crate::site::*;

const LETSENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";
const LETSENCRYPT_STAGING: &str = "https://acme-staging-v02.api.letsencrypt.org/directory";

/// Names whose `_acme-challenge` a name server of the site has to answer.
pub(super) struct Issued {
    pub(super) challenges: Vec<String>,
}

pub(super) fn certificates(
    world: &World<'_>,
    hosts: &mut [Host],
    servers: &[String],
    found: &mut Vec<Diagnostic>,
) -> Issued {
    let mut issued = Issued { challenges: Vec::new() };
    for name in servers {
        let host = host_mut(hosts, name);
        let Some(mut ingress) = host.ingress.take() else {
            continue;
        };
        for server in &mut ingress.servers {
            let route = route_of(world, server);
            let Some(certificate) = certificate(world, server, route) else {
                continue;
            };
            if let Issuer::Acme { challenge, .. } = &certificate.issuer {
                server.http_challenge = *challenge == Challenge::Http01;
                check_challenge(world, server, &certificate, *challenge, found);
                if *challenge == Challenge::Dns01 {
                    issued.challenges.extend(
                        certificate
                            .names
                            .iter()
                            .map(|name| name.trim_start_matches("*.").to_owned()),
                    );
                }
            }
            server.certificate = Some(certificate.name.clone());
            match host
                .certificates
                .iter_mut()
                .find(|known| known.name == certificate.name)
            {
                Some(known) => {
                    for name in certificate.names {
                        if !known.names.contains(&name) {
                            known.names.push(name);
                        }
                    }
                }
                None => host.certificates.push(certificate),
            }
        }
        host.ingress = Some(ingress);
    }
    issued.challenges.sort();
    issued.challenges.dedup();
    issued
}

fn route_of<'a>(world: &World<'a>, server: &Server) -> Option<&'a Route> {
    let domain = &world.manifest.site.domain;
    let name = server.names.first()?;
    world
        .manifest
        .routes
        .iter()
        .find(|(route, _)| route.within(domain) == *name)
        .map(|(_, route)| route)
}

fn certificate(world: &World<'_>, server: &Server, route: Option<&Route>) -> Option<Certificate> {
    let site = &world.manifest.tls;
    let own = route.and_then(|route| route.tls.as_ref());
    let challenge = match own.and_then(|own| own.challenge).unwrap_or(site.challenge) {
        ManifestChallenge::Http01 => Challenge::Http01,
        ManifestChallenge::Dns01 => match world.manifest.dns.on().and_then(|dns| dns.provider) {
            Some(name) => Challenge::Provider(provider(name)),
            None => Challenge::Dns01,
        },
    };
    let directory = |url: &str| Issuer::Acme {
        directory: url.to_owned(),
        challenge,
    };
    let issuer = match own.and_then(|own| own.issuer.as_ref()).unwrap_or(&site.issuer) {
        ManifestIssuer::None => return None,
        ManifestIssuer::Internal => Issuer::Internal,
        ManifestIssuer::LetsEncrypt => directory(LETSENCRYPT),
        ManifestIssuer::LetsEncryptStaging => directory(LETSENCRYPT_STAGING),
        ManifestIssuer::Acme(url) => directory(url.as_str()),
    };
    let names: Vec<String> = server.names.iter().chain(&server.redirects).cloned().collect();
    let domain = world.manifest.site.domain.as_str();
    let origin = at(["tls"]);
    let wildcard = own.and_then(|own| own.wildcard).unwrap_or(site.wildcard);
    if wildcard && names.iter().all(|name| is_covered(name, domain)) {
        let names = vec![domain.to_owned(), format!("*.{domain}")];
        return Some(Certificate {
            name: domain.to_owned(),
            origin,
            names,
            issuer,
            used_by: vec!["nginx".into()],
            readers: Vec::new(),
        });
    }
    let name = names.first()?.trim_start_matches("*.").to_owned();
    // The wildcard's certificate has the domain's own name.
    let name = if wildcard && name == domain {
        format!("{name}-more")
    } else {
        name
    };
    Some(Certificate {
        name,
        origin,
        names,
        issuer,
        used_by: vec!["nginx".into()],
        readers: Vec::new(),
    })
}

pub(super) fn provider(provider: ManifestProvider) -> DnsProvider {
    match provider {
        ManifestProvider::Cloudflare => DnsProvider::Cloudflare,
    }
}

/// The domain itself, or exactly one label below it.
fn is_covered(name: &str, domain: &str) -> bool {
    name == domain
        || name
            .strip_suffix(domain)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|label| !label.contains('.'))
}

fn check_challenge(
    world: &World<'_>,
    server: &Server,
    certificate: &Certificate,
    challenge: Challenge,
    found: &mut Vec<Diagnostic>,
) {
    let tls = at(["tls"]);
    if challenge == Challenge::Http01
        && let Some(wildcard) = certificate.names.iter().find(|name| name.starts_with("*."))
    {
        found.push(
            Diagnostic::error(
                "wildcard-needs-dns",
                format!("no certificate for `{wildcard}` can be had by HTTP-01"),
            )
            .at(tls.child("challenge"), "this asks for HTTP-01")
            .at_key(&server.origin, "and this name is a wildcard, or covered by one")
            .why("Certificate authorities issue wildcards only for control over the zone, shown by a TXT record.")
            .help("set `tls.challenge: dns-01`"),
        );
    }
    let entered = world.manifest.dns.on().is_some_and(|dns| dns.credentials.is_some());
    if matches!(challenge, Challenge::Provider(_)) && !entered {
        found.push(
            Diagnostic::error("challenge-unanswered", "nobody may answer the DNS-01 challenge")
                .at(tls.child("challenge"), "the challenge is a TXT record in the zone")
                .at(at(["dns", "provider"]), "whose provider is asked through its API, without credentials")
                .why("The certificate authority would look for the record and never find it, so no certificate is issued.")
                .help("add `credentials: {secret: NAME}` under `dns`, and the secret under `secrets`"),
        );
    }
    if challenge == Challenge::Dns01 && !world.manifest.dns.is_on() {
        found.push(
            Diagnostic::error("challenge-unanswered", "nobody answers the DNS-01 challenge")
                .at(tls.child("challenge"), "the challenge is a TXT record in the zone")
                .at_key(&server.origin, "and this name's zone is not served by this site")
                .why("The certificate authority would look for the record and never find it, so no certificate is issued.")
                .help("serve the zone with `dns: {on: [HOST], zones: {\"@\": {}}}`, or set `tls.challenge: http-01`"),
        );
    }
}
