//! Zones that a provider serves, and the credentials by which it is asked.

use super::certificates::Issued;
use super::lock::Allocator;
use super::{World, at, zones};
use crate::diag::Diagnostic;
use crate::kind::Secrets;
use crate::manifest::values::RecordName;
use crate::manifest::{Dns, Zone as Section};
use crate::site::*;

/// Nothing where the site serves its zones itself, or nobody does.
pub(super) fn zones(
    world: &World<'_>,
    hosts: &[Host],
    issued: &Issued,
    secrets: &mut Secrets,
    lock: &mut Allocator<'_>,
    found: &mut Vec<Diagnostic>,
) -> Option<HostedDns> {
    let dns = world.manifest.dns.on()?;
    let origin = at(["dns"]);
    let Some(provider) = dns.provider else {
        if dns.credentials.is_some() {
            found.push(
                Diagnostic::error("key-choice", "`dns` has `credentials` and no `provider`")
                    .at(origin.child("credentials"), "whom are they for?")
                    .why("They would be ignored in silence.")
                    .help("name the provider, as in `provider: cloudflare`, or leave them out"),
            );
        }
        return None;
    };
    if !dns.on.is_empty() {
        found.push(
            Diagnostic::error("key-choice", "`dns` has both `provider` and `on`")
                .at(origin.child("provider"), "a provider serves the zones")
                .at(origin.child("on"), "and so do these hosts")
                .why("Only one of them can be the one that the registrar leads to.")
                .help("keep one of `provider` or `on`"),
        );
    }
    let provider = super::certificates::provider(provider);
    let credentials = dns
        .credentials
        .as_ref()
        .map(|credentials| credentials.secret.to_string());
    for host in hosts.iter().filter(|host| asks(host)) {
        if let Some(secret) = &credentials {
            secrets.need(secret, &host.name, "dns", &origin.child("credentials"));
        }
    }
    // It may be declared for whoever imports the records, though no certificate takes it.
    let zones = sections(dns)
        .iter()
        .map(|(name, section)| zones::hosted(world, hosts, dns, name, section, &origin, issued, lock, found))
        .collect();
    Some(HostedDns {
        origin,
        provider,
        credentials,
        zones,
    })
}

/// The site's own domain, unless the author names zones.
fn sections(dns: &Dns) -> Vec<(RecordName, Section)> {
    if dns.zones.is_empty() {
        let apex = "@".parse().expect("the domain itself is a name");
        return vec![(apex, Section::default())];
    }
    dns.zones
        .iter()
        .map(|(name, section)| (name.clone(), section.clone()))
        .collect()
}

fn asks(host: &Host) -> bool {
    host.certificates.iter().any(|certificate| {
        matches!(
            certificate.issuer,
            Issuer::Acme {
                challenge: Challenge::Provider(_),
                ..
            }
        )
    })
}
