//! Mail from a domain that does not say who may send for it.

use crate::check::Rule;
use crate::check::zone;
use crate::diag::Diagnostic;
use crate::site::{ChannelTarget, Pointer, Site, Zone};

pub(super) const RULE: Rule = Rule {
    code: "sender-without-spf",
    document: include_str!("sender_without_spf.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    for (address, origin) in senders(site) {
        let Some((_, domain)) = address.rsplit_once('@') else {
            continue;
        };
        let Some(zone) = zone::of(site, domain) else { continue };
        if says_who(zone, domain) || told.iter().any(|known| known == domain) {
            continue;
        }
        told.push(domain.to_owned());
        found.push(
            Diagnostic::warning(
                RULE.code,
                format!("the zone does not say who sends mail for `{domain}`"),
            )
            .at_key(&zone.origin, "there is neither an SPF nor a DKIM record")
            .at_key(&origin, format!("and mail goes out as `{address}`"))
            .why("Large providers refuse mail that neither record vouches for, or put it where nobody looks.")
            .help("add the record that your mail provider asks for, as in `TXT: [\"v=spf1 include:PROVIDER ~all\"]`"),
        );
    }
    found
}

/// Who mail is sent as, and where that is said.
fn senders(site: &Site) -> impl Iterator<Item = (String, Pointer)> {
    let is_told = |name: &String| site.hosts.iter().any(|host| host.told().contains(name.as_str()));
    let used = site.channels.iter().filter(move |channel| is_told(&channel.name));
    let channels = used.filter_map(|channel| match &channel.target {
        ChannelTarget::Email { from, .. } => Some((from.clone(), channel.origin.clone())),
        ChannelTarget::Slack { .. } | ChannelTarget::Webhook { .. } => None,
    });
    let services = site.services.iter().filter_map(|service| {
        let sender = service.sender.clone()?;
        Some((sender, service.origin.child("from")))
    });
    channels.chain(services)
}

/// SPF at the domain, or keys of DKIM below it, of its own or delegated.
fn says_who(zone: &Zone, domain: &str) -> bool {
    let spf = zone
        .at(domain)
        .any(|record| record.kind == "TXT" && record.data.starts_with("v=spf1"));
    let keys = format!("._domainkey.{domain}");
    spf || zone
        .records
        .iter()
        .any(|record| zone.whole(&record.name).ends_with(&keys))
}
