//! Logins that may be tried without end.

use crate::check::Rule;
use crate::check::web::locations;
use crate::diag::Diagnostic;
use crate::site::{Location, Matcher, Site};

pub(super) const RULE: Rule = Rule {
    code: "login-without-limit",
    document: include_str!("login_without_limit.md"),
    find,
};

/// Last parts of paths where a name and a password are tried.
const LOGINS: [&str; 8] = [
    "login",
    "log-in",
    "signin",
    "sign-in",
    "reset-password",
    "password-reset",
    "forgot-password",
    "xmlrpc.php",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    locations(site)
        .into_iter()
        .filter(|(served, location)| {
            served.server.is_public(served.host) && is_login(location) && location.is_open() && location.rate.is_none()
        })
        .map(|(_, location)| {
            Diagnostic::warning(RULE.code, format!("`{}` may be tried without end", location.path()))
                .at_key(&location.origin, "this path has no `rate`")
                .why("Passwords that leaked elsewhere are tried here by the thousand, until some fit.")
                .help("limit it for each client, as in `rate: 5r/m`")
        })
        .collect()
}

fn is_login(location: &Location) -> bool {
    let last = location
        .path()
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    location.is_proxied() && !matches!(location.matcher, Matcher::Regex(_)) && LOGINS.contains(&last)
}
