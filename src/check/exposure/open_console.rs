//! Tools of operators, open to all.

use crate::check::Rule;
use crate::check::web::locations;
use crate::diag::Diagnostic;
use crate::site::{Ingress, Location, LocationAction, Service, Site};

pub(super) const RULE: Rule = Rule {
    code: "open-console",
    document: include_str!("open_console.md"),
    find,
};

/// Last parts of images that ask nobody who they are, or only for a database's own password.
const CONSOLES: [&str; 16] = [
    "adminer",
    "alertmanager",
    "cadvisor",
    "flower",
    "jaeger",
    "kibana",
    "mailhog",
    "mailpit",
    "mongo-express",
    "node-exporter",
    "phpmyadmin",
    "phpredisadmin",
    "prometheus",
    "redis-commander",
    "redisinsight",
    "zipkin",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    locations(site)
        .into_iter()
        .filter(|(served, location)| served.server.is_public(served.host) && location.is_open())
        .filter_map(|(served, location)| {
            let service = service(site, served.ingress, location)?;
            let image = service.image.as_deref()?;
            let console = console(image)?;
            Some(
                Diagnostic::warning(RULE.code, format!("`{console}` is open to the world"))
                    .at_key(&location.origin, "neither `allow` nor `auth` keeps anybody out")
                    .at(
                        service.origin.child("image"),
                        "it is made for operators, and asks nobody who they are",
                    )
                    .why("Such tools are found by scanners within hours, and show or change what is behind them.")
                    .help("add `allow: [NETWORK]` or `auth: {basic: {secret: htpasswd}}` to the route"),
            )
        })
        .collect()
}

/// The service that a location passes to.
fn service<'a>(site: &'a Site, ingress: &Ingress, location: &Location) -> Option<&'a Service> {
    let LocationAction::Proxy(proxy) = &location.action else {
        return None;
    };
    let upstream = ingress
        .upstreams
        .iter()
        .find(|upstream| upstream.name == proxy.upstream)?;
    site.services
        .iter()
        .find(|service| upstream.origin.is_within(&service.origin))
}

fn console(image: &str) -> Option<&'static str> {
    let name = image.split('@').next()?.rsplit('/').next()?;
    let name = name.split(':').next()?;
    CONSOLES.into_iter().find(|console| *console == name)
}

#[cfg(test)]
mod tests {
    use super::console;

    #[test]
    fn images_are_known_by_their_last_part() {
        assert_eq!(console("docker.io/prom/prometheus:v3.1.0"), Some("prometheus"));
        assert_eq!(console("adminer"), Some("adminer"));
        assert_eq!(console("localhost:5000/acme/api:1"), None);
    }
}
