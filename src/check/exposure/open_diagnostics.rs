//! Paths that tell how a program is made, open to all.

use crate::check::Rule;
use crate::check::web::locations;
use crate::diag::Diagnostic;
use crate::site::{Location, Matcher, Site};

pub(super) const RULE: Rule = Rule {
    code: "open-diagnostics",
    document: include_str!("open_diagnostics.md"),
    find,
};

/// How the paths of such pages begin, and whose they are.
const PATHS: [(&str, &str); 9] = [
    ("/actuator", "Spring Boot's actuator"),
    ("/debug/pprof", "Go's profiler"),
    ("/debug/vars", "Go's variables"),
    ("/phpinfo.php", "PHP's settings"),
    ("/nginx_status", "the status of nginx"),
    ("/server-status", "the status of Apache"),
    ("/_profiler", "Symfony's profiler"),
    ("/_debugbar", "the PHP debug bar"),
    ("/telescope", "Laravel Telescope"),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    locations(site)
        .into_iter()
        .filter(|(served, location)| {
            served.server.is_public(served.host) && location.is_proxied() && location.is_open()
        })
        .filter_map(|(_, location)| {
            let what = what(location)?;
            Some(
                Diagnostic::warning(RULE.code, format!("`{}` is open to the world", location.path()))
                    .at_key(&location.origin, format!("it is {what}, and neither `allow` nor `auth` keeps anybody out"))
                    .why("It shows memory, variables and versions; some of these pages hand out passwords, or change settings.")
                    .help("add `allow: [NETWORK]` or `auth: {basic: {secret: htpasswd}}` to the path"),
            )
        })
        .collect()
}

fn what(location: &Location) -> Option<&'static str> {
    if matches!(location.matcher, Matcher::Regex(_)) {
        return None;
    }
    // `/actuator/health` alone is made for strangers.
    let path = location.path().trim_end_matches('/');
    let is_page = |start: &str| {
        let rest = path.strip_prefix(start)?;
        (rest.is_empty() || rest.starts_with('/') && !rest.starts_with("/health")).then_some(())
    };
    PATHS
        .into_iter()
        .find(|(start, _)| is_page(start).is_some())
        .map(|(_, what)| what)
}
