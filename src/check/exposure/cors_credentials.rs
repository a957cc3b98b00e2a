//! Answers for every site, with cookies: browsers refuse them.

use crate::check::Rule;
use crate::check::once::once;
use crate::check::web::{Served, locations};
use crate::diag::Diagnostic;
use crate::site::{Location, Site};

pub(super) const RULE: Rule = Rule {
    code: "cors-credentials",
    document: include_str!("cors_credentials.md"),
    find,
};

const ORIGIN: &str = "Access-Control-Allow-Origin";
const CREDENTIALS: &str = "Access-Control-Allow-Credentials";

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for (served, location) in locations(site) {
        let (Some((origin, from)), Some((credentials, with))) =
            (header(served, location, ORIGIN), header(served, location, CREDENTIALS))
        else {
            continue;
        };
        if origin.trim() != "*" || credentials.trim() != "true" {
            continue;
        }
        let finding = Diagnostic::error(RULE.code, "every origin is allowed, with credentials")
            .at(from, format!("`{ORIGIN}: *`"))
            .at(with, format!("`{CREDENTIALS}: true`"))
            .why("Browsers refuse such an answer to every request with cookies or a login, so that other sites get nothing at all.")
            .help(format!("name the one origin that may ask, or leave out `{CREDENTIALS}`; a list of origins is for the service itself to answer"));
        found.push(finding);
    }
    once(found)
}

/// The value of a header at a location, and where it is set.
fn header<'a>(served: Served<'a>, location: &'a Location, name: &str) -> Option<(&'a str, crate::site::Pointer)> {
    let value = |headers: &'a [(String, String)]| {
        let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    };
    let own = value(&location.headers).map(|value| (value, location.origin.child("headers").child(name)));
    own.or_else(|| {
        let origin = served.ingress.origin.child("headers").child(name);
        value(&served.ingress.headers).map(|value| (value, origin))
    })
}
