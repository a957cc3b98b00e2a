//! Names of several hosts that are shown to be ours over HTTP.

use crate::check::Rule;
use crate::check::web::servers;
use crate::diag::{Diagnostic, listing};
use crate::site::{Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "challenge-on-several-hosts",
    document: include_str!("challenge_on_several_hosts.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let first = servers(site).into_iter().find_map(|served| {
        let asks = |host: &&Host| {
            let mut servers = host.ingress.iter().flat_map(|ingress| &ingress.servers);
            servers.any(|server| server.origin == served.server.origin && server.http_challenge)
        };
        let hosts: Vec<&str> = site.hosts.iter().filter(asks).map(|host| host.name.as_str()).collect();
        (hosts.len() > 1).then_some((served, hosts))
    });
    let finding = first.map(|(served, hosts)| {
        let title = format!("{} each ask for the certificate of one name", listing(hosts));
        Diagnostic::error(RULE.code, title)
            .at(served.ingress.origin.child("on"), "the web server is on several hosts")
            .at_key(&served.server.origin, "and this name, as perhaps others, is shown to be ours over HTTP")
            .why("The authority asks whichever host the name leads it to, from several places at once; only the host that applied knows the answer, so most attempts fail.")
            .help("serve the zone and set `tls.challenge: dns-01`, or put the web server on one host")
    });
    // The cause is one, however many names there are.
    finding.into_iter().collect()
}
