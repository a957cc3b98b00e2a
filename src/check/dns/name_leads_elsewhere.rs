//! Names that are routed here, and whose records lead to somebody else.

use crate::check::Rule;
use crate::check::addresses::is_global;
use crate::check::web::{Served, servers};
use crate::check::zone::{self, Leads};
use crate::diag::{Diagnostic, listing};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "name-leads-elsewhere",
    document: include_str!("name_leads_elsewhere.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let ours: Vec<String> = site
        .hosts
        .iter()
        .flat_map(|host| &host.public)
        .map(ToString::to_string)
        .collect();
    let mut found = Vec::new();
    for served in servers(site).into_iter().filter(is_direct) {
        for name in served.server.names.iter().chain(&served.server.redirects) {
            let Some(zone) = zone::of(site, name).filter(|_| !name.starts_with('*')) else {
                continue;
            };
            let Leads::To(records) = zone.leads(name) else { continue };
            if records.iter().any(|record| ours.contains(&record.data)) {
                continue;
            }
            let addresses = listing(records.iter().map(|record| record.data.as_str()));
            found.push(
                Diagnostic::warning(RULE.code, format!("`{name}` is routed here, and leads elsewhere"))
                    .at(&records[0].origin, format!("no host of this site has {addresses}"))
                    .at_key(&served.server.origin, "and the web server waits for its requests")
                    .why("No request comes, and no certificate can be had over HTTP: the address was left behind when something moved.")
                    .help("remove these records, as addresses of routes are added by themselves; for a proxy in front, name it under `ingress.trusted_proxies`"),
            );
        }
    }
    found
}

/// Clients connect to the host itself: neither a proxy nor a router stands before it, as far as is known.
fn is_direct(served: &Served<'_>) -> bool {
    served.ingress.trusted_proxies.is_empty()
        && served.server.listen.is_empty()
        && served.host.public.iter().copied().all(is_global)
}
