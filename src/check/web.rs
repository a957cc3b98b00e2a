//! What the web server does with a request, for rules that follow one.

use super::addresses::is_global;
use crate::site::{Host, Ingress, Location, LocationAction, Matcher, Server, Site};

/// A virtual server with where it is; one that several hosts have comes once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served<'a> {
    pub(super) host: &'a Host,
    pub(super) ingress: &'a Ingress,
    pub(super) server: &'a Server,
}

/// Every virtual server once, in the order of hosts.
pub(super) fn servers(site: &Site) -> Vec<Served<'_>> {
    let mut all: Vec<Served<'_>> = Vec::new();
    for host in &site.hosts {
        if let Some(ingress) = &host.ingress {
            for server in &ingress.servers {
                if all.iter().all(|known| known.server.origin != server.origin) {
                    all.push(Served { host, ingress, server });
                }
            }
        }
    }
    all
}

/// Every location of every virtual server once.
pub(super) fn locations(site: &Site) -> Vec<(Served<'_>, &Location)> {
    servers(site)
        .into_iter()
        .flat_map(|served| served.server.locations.iter().map(move |location| (served, location)))
        .collect()
}

/// Who answers for a name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answers<'a> {
    /// The server's own name.
    Itself(&'a Server),
    /// It sends to its first name, with the same path.
    Redirects(&'a Server),
}

impl Ingress {
    /// nginx takes the whole name before the longest wildcard.
    pub(super) fn answers(&self, name: &str) -> Option<Answers<'_>> {
        let whole = self.servers.iter().find_map(|server| {
            if server.names.iter().any(|known| known == name) {
                return Some(Answers::Itself(server));
            }
            server
                .redirects
                .iter()
                .any(|known| known == name)
                .then_some(Answers::Redirects(server))
        });
        let wildcard = || {
            let mut found: Vec<(usize, Answers<'_>)> = Vec::new();
            for server in &self.servers {
                let own = server.names.iter().map(|known| (known, Answers::Itself(server)));
                let others = server.redirects.iter().map(|known| (known, Answers::Redirects(server)));
                for (known, answers) in own.chain(others) {
                    if known.strip_prefix('*').is_some_and(|end| name.ends_with(end)) {
                        found.push((known.len(), answers));
                    }
                }
            }
            found
                .into_iter()
                .max_by_key(|(length, _)| *length)
                .map(|(_, answers)| answers)
        };
        whole.or_else(wildcard)
    }
}

/// What a server has for a path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    Location(&'a Location),
    Nothing,
    /// Patterns come before prefixes, and rules do not run them.
    Unknown,
}

impl Server {
    pub(super) fn find(&self, path: &str) -> Found<'_> {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let exact = |location: &&Location| matches!(&location.matcher, Matcher::Exact(own) if own == path);
        if let Some(location) = self.locations.iter().find(exact) {
            return Found::Location(location);
        }
        let is_pattern = |location: &Location| matches!(location.matcher, Matcher::Regex(_));
        if self.locations.iter().any(is_pattern) {
            return Found::Unknown;
        }
        let prefix = |location: &Location| match &location.matcher {
            // `/api` is sent to `/api/` where only that is known.
            Matcher::Prefix(own) if path.starts_with(own.as_str()) || own.strip_suffix('/') == Some(path) => {
                Some(own.len())
            }
            _ => None,
        };
        let longest = self
            .locations
            .iter()
            .filter_map(|location| Some((prefix(location)?, location)))
            .max_by_key(|(length, _)| *length);
        longest.map_or(Found::Nothing, |(_, location)| Found::Location(location))
    }

    /// It listens everywhere, or at an address that the world reaches.
    pub(super) fn is_public(&self, host: &Host) -> bool {
        let listens = self.listen.iter().filter_map(|address| address.parse().ok());
        if self.listen.is_empty() {
            host.public.iter().copied().any(is_global)
        } else {
            listens.into_iter().any(is_global)
        }
    }
}

impl Location {
    /// Nobody is asked who they are or where they come from.
    pub(super) fn is_open(&self) -> bool {
        self.allow.is_empty() && self.basic_auth.is_none()
    }

    /// It passes requests to a program.
    pub(super) fn is_proxied(&self) -> bool {
        matches!(self.action, LocationAction::Proxy(_))
    }

    /// Its path as written, without what says how it is matched.
    pub(super) fn path(&self) -> &str {
        match &self.matcher {
            Matcher::Exact(path) | Matcher::Prefix(path) | Matcher::Regex(path) => path,
        }
    }
}
