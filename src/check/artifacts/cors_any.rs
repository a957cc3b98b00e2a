//! Answers that browsers keep from the page.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "cors-any",
    document: include_str!("cors_any.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let ingresses = site.hosts.iter().filter_map(|host| host.ingress.as_ref());
    once(ingresses.flat_map(|ingress| {
        let locations = ingress.servers.iter().flat_map(|server| &server.locations);
        locations.filter_map(|location| {
            let headers = || location.headers.iter().chain(&ingress.headers);
            let value = |wanted: &str| {
                let header = headers().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
                header.map(|(_, value)| value.trim().to_ascii_lowercase())
            };
            let any = value("Access-Control-Allow-Origin")? == "*";
            let cookies = value("Access-Control-Allow-Credentials")? == "true";
            (any && cookies).then(|| {
                Diagnostic::error(RULE.code, "browsers refuse an answer to everybody that also allows cookies")
                    .at(&location.origin, "`Access-Control-Allow-Origin: *` with `Access-Control-Allow-Credentials: true`")
                    .why("Every request with cookies fails in the browser.")
                    .help("name the one origin, as in `Access-Control-Allow-Origin: \"https://acme.example\"`, or leave the credentials out")
            })
        })
    }))
}
