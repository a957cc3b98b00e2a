//! Files that are deployed and never served.

use crate::check::Rule;
use crate::check::web::{locations, servers};
use crate::diag::Diagnostic;
use crate::site::{LocationAction, Service, Site};

pub(super) const RULE: Rule = Rule {
    code: "unserved-files",
    document: include_str!("unserved_files.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    // A path that leads nowhere may be the one that should lead to it.
    if servers(site).iter().any(|served| served.server.incomplete) {
        return Vec::new();
    }
    site.services
        .iter()
        .filter(|service| service.kind == "static" && beside_web_server(site, service) && !is_served(site, service))
        .map(|service| {
            Diagnostic::warning(RULE.code, format!("no route leads to `{}`", service.name))
                .at_key(&service.origin, "the web server never serves these files")
                .why("They are released to the host, and every request for them is answered 404.")
                .help(format!(
                    "route a path to it, as in `routes: {{\"@\": {{paths: {{/: {}}}}}}}`, or remove it",
                    service.name
                ))
        })
        .collect()
}

/// Where web server and files are on one host, and all of the web server's files are known.
fn beside_web_server(site: &Site, service: &Service) -> bool {
    service.hosts.iter().all(|host| {
        let ingress = site.host(host).and_then(|host| host.ingress.as_ref());
        ingress.is_some_and(|ingress| ingress.include.is_empty())
    })
}

fn is_served(site: &Site, service: &Service) -> bool {
    let Some(release) = &service.release else {
        return true;
    };
    let folder = format!("{}/", release.dir);
    locations(site).iter().any(|(_, location)| match &location.action {
        LocationAction::Files(files) => files.root.starts_with(&folder),
        _ => false,
    })
}
