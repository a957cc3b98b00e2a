//! What one path of a name asks of a request, and what it makes of it.

use super::{Build, Entry, headers};
use crate::manifest::values::{PathMatch, RoutePath};
use crate::site::{Location, Matcher, Pointer};

impl Build<'_, '_> {
    pub(super) fn location(&mut self, entry: Entry<'_>) -> Option<Location> {
        let Entry {
            name,
            path,
            answer,
            route,
            origin,
        } = entry;
        let origin = if is_by_at(origin) {
            origin.clone()
        } else {
            origin.child("paths").child(path.as_str())
        };
        let own = &answer.options;
        let shared = &route.options;
        let entry = Entry {
            origin: &origin,
            ..entry
        };
        let action = self.action(entry)?;
        Some(Location {
            matcher: matcher(path),
            rate: self.rate(entry),
            body: own.body.or(shared.body).map(|bytes| bytes.get()),
            allow: own
                .allow
                .as_ref()
                .or(shared.allow.as_ref())
                .into_iter()
                .flatten()
                .map(|network| network.net())
                .collect(),
            basic_auth: self.auth(name, own.auth.as_ref().or(shared.auth.as_ref()), &origin),
            headers: headers::of_path(answer, route),
            expires: own.expires.or(shared.expires).map(|duration| duration.as_secs()),
            origin,
            action,
        })
    }
}

/// What `at` of a service stands for has no `paths` of its own to point at.
fn is_by_at(origin: &Pointer) -> bool {
    origin.last().is_some_and(|last| last == "at")
}

fn matcher(path: &RoutePath) -> Matcher {
    match path.matching() {
        PathMatch::Exact(path) => Matcher::Exact(path.to_owned()),
        PathMatch::Prefix(path) => Matcher::Prefix(path.to_owned()),
        PathMatch::Pattern {
            expression,
            ignore_case,
        } => Matcher::Regex(if ignore_case {
            format!("(?i){expression}")
        } else {
            expression.to_owned()
        }),
    }
}
