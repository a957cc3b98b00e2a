//! Metrics are for those inside: what a program tells of itself is not passed on to the world.

use super::Build;
use crate::manifest::values::PathMatch;
use crate::manifest::{Answer, Path, Route, Service};
use crate::site::{Location, LocationAction, Matcher, Pointer};

impl Build<'_, '_> {
    /// One location for each path of metrics that a prefix of this route would pass on.
    pub(super) fn closed(&self, route: &Route, origin: &Pointer) -> Vec<Location> {
        let mut closed: Vec<Location> = Vec::new();
        for (path, answer) in &route.paths {
            let PathMatch::Prefix(prefix) = path.matching() else {
                continue;
            };
            for metrics in self.metrics(answer) {
                let Some(outside) = outside(prefix, answer, &metrics) else {
                    continue;
                };
                // Who routes to it on its own means it.
                if route
                    .paths
                    .keys()
                    .any(|path| path.as_str().trim_start_matches('=').trim() == outside)
                {
                    continue;
                }
                let matcher = Matcher::Regex(pattern(&outside));
                if !closed.iter().any(|location| location.matcher == matcher) {
                    closed.push(Location {
                        origin: origin.child("paths").child(path.as_str()),
                        matcher,
                        action: LocationAction::Closed,
                        rate: None,
                        body: None,
                        allow: Vec::new(),
                        basic_auth: None,
                        headers: Vec::new(),
                        expires: None,
                    });
                }
            }
        }
        closed
    }

    /// Where the processes that answer a path tell their metrics on the port that it leads to.
    fn metrics(&self, answer: &Path) -> Vec<String> {
        let Answer::To(target) = &answer.answer else {
            return Vec::new();
        };
        let Some(Service::App(app)) = self.world.manifest.services.get(target.parts().0) else {
            return Vec::new();
        };
        let own = app
            .processes
            .values()
            .filter_map(|process| process.run.metrics.as_ref());
        own.chain(&app.run.metrics)
            .map(|metrics| metrics.path.to_string())
            .collect()
    }
}

/// The path as the world would ask for it.
fn outside(prefix: &str, answer: &Path, metrics: &str) -> Option<String> {
    if answer.strip_prefix {
        return Some(format!("{}{metrics}", prefix.trim_end_matches('/')));
    }
    metrics.starts_with(prefix).then(|| metrics.to_owned())
}

/// Programs answer in any case, and with a slash at the end.
fn pattern(path: &str) -> String {
    let mut pattern = String::from("(?i)^");
    for c in path.trim_end_matches('/').chars() {
        if r"\^$.|?*+()[]{}".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "(?:/|$)"
}
