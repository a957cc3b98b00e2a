//! Paths that nobody reaches.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Location, Matcher, Site};

pub(super) const RULE: Rule = Rule {
    code: "path-shadowed",
    document: include_str!("path_shadowed.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let ingresses = site.hosts.iter().filter_map(|host| host.ingress.as_ref());
    let servers = ingresses.flat_map(|ingress| &ingress.servers);
    once(servers.flat_map(|server| {
        server.locations.iter().filter_map(|location| {
            let (name, start) = match &location.matcher {
                Matcher::Exact(_) => return None,
                Matcher::Prefix(path) => (path, path.as_str()),
                Matcher::Regex(pattern) => (pattern, anchored(pattern)?),
            };
            let before = server.locations.iter().find(|other| takes_all(other, location, start))?;
            let Matcher::Regex(pattern) = &before.matcher else { return None };
            Some(
                Diagnostic::warning(RULE.code, format!("`{name}` on `{}` is never reached", server.names.first()?))
                    .at_key(&location.origin, "this path")
                    .at_key(&before.origin, format!("`{pattern}` takes all of it first"))
                    .why("nginx tries expressions before prefixes, and the longer before the shorter: what is said here has no effect.")
                    .help("write the expression as a prefix, which lets longer ones go first, or make it narrower"),
            )
        })
    }))
}

/// Whether an expression that nginx tries before `location` matches everything that begins with `start`.
fn takes_all(other: &Location, location: &Location, start: &str) -> bool {
    let Matcher::Regex(pattern) = &other.matcher else {
        return false;
    };
    let first = match &location.matcher {
        Matcher::Regex(own) => pattern.len() > own.len(),
        Matcher::Exact(_) | Matcher::Prefix(_) => true,
    };
    first && whole(pattern).is_some_and(|literal| start.starts_with(literal))
}

/// The literal that every path begins with which the expression matches: `/api/` of `^/api/(.*)\.php`.
fn anchored(pattern: &str) -> Option<&str> {
    let rest = pattern.strip_prefix('^')?;
    let end = rest.find(|c| !is_plain(c))?.max(1);
    // What follows may make the last character optional.
    let end = if rest[end..].starts_with(['?', '*', '{']) {
        end - 1
    } else {
        end
    };
    (!rest.contains('|')).then(|| &rest[..end])
}

/// The literal of an expression that matches every path which begins with it: `/api/` of `^/api/.*$`.
fn whole(pattern: &str) -> Option<&str> {
    let rest = pattern.strip_prefix('^')?;
    let rest = rest
        .strip_suffix('$')
        .map_or(Some(rest), |open| open.strip_suffix(".*"))?;
    let literal = rest.strip_suffix(".*").unwrap_or(rest);
    (literal.starts_with('/') && literal.chars().all(is_plain)).then_some(literal)
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/_-~%@:,=".contains(c)
}

#[cfg(test)]
mod tests {
    use super::{anchored, whole};

    #[test]
    fn literals() {
        assert_eq!(whole("^/api/"), Some("/api/"));
        assert_eq!(whole("^/api/.*$"), Some("/api/"));
        assert_eq!(whole("^/$"), None);
        assert_eq!(whole("^/api$"), None);
        assert_eq!(whole(r"\.php$"), None);
        assert_eq!(whole("^/(a|b)"), None);
        assert_eq!(anchored(r"^/api/.+\.php$"), Some("/api/"));
        assert_eq!(anchored("^/apis?/"), Some("/api"));
        assert_eq!(anchored("^/a|^/b"), None);
    }
}
