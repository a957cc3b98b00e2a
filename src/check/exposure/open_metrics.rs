//! Metrics that the world reads.

use crate::check::Rule;
use crate::check::web::{Found, servers};
use crate::diag::Diagnostic;
use crate::site::{Ingress, Location, LocationAction, Metrics, Site};

pub(super) const RULE: Rule = Rule {
    code: "open-metrics",
    document: include_str!("open_metrics.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for metrics in site.services.iter().flat_map(|service| &service.metrics) {
        for served in servers(site)
            .into_iter()
            .filter(|served| served.server.is_public(served.host))
        {
            let Found::Location(location) = served.server.find(&metrics.path) else {
                continue;
            };
            if location.is_open() && leads_to(served.ingress, location, metrics) {
                found.push(finding(metrics, location));
                break;
            }
        }
    }
    found
}

/// Requests come to the process with the path that they were sent to.
fn leads_to(ingress: &Ingress, location: &Location, metrics: &Metrics) -> bool {
    let LocationAction::Proxy(proxy) = &location.action else {
        return false;
    };
    let upstream = ingress
        .upstreams
        .iter()
        .find(|upstream| upstream.name == proxy.upstream);
    !proxy.strip_prefix && upstream.is_some_and(|upstream| upstream.origin == metrics.process)
}

fn finding(metrics: &Metrics, location: &Location) -> Diagnostic {
    let path = &metrics.path;
    Diagnostic::warning(RULE.code, format!("the world reads the metrics at `{path}`"))
        .at(metrics.process.child("metrics"), "they are told here, for monitoring")
        .at_key(&location.origin, "and this path leads there for everybody")
        .why(
            "Metrics tell how much is sold, who is slow and what is broken; monitoring reads them past the web server.",
        )
        .help(format!("add a path of its own: `{path}: {{to: …, allow: [NETWORK]}}`"))
}
