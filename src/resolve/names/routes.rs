//! Which names there are: those of `routes`, and those that services have by `at`.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, listing};
use crate::manifest::values::{Name, RoutePath};
use crate::manifest::{Answer, Path, PathOptions, Route};
use crate::resolve::{World, at};
use crate::site::Pointer;

/// The routes as written, and those that `at:` of a service stands for, by absolute name.
pub(super) fn all(world: &World<'_>, found: &mut Vec<Diagnostic>) -> Vec<(String, Route, Pointer)> {
    let domain = &world.manifest.site.domain;
    let mut all: BTreeMap<String, (Route, Pointer)> = BTreeMap::new();
    for (name, route) in &world.manifest.routes {
        let origin = at(["routes", name.as_str()]);
        for host in route.options.weights.iter().flat_map(BTreeMap::keys) {
            if !world.manifest.hosts.contains_key(host) {
                found.push(
                    Diagnostic::error("unknown-host", format!("there is no host `{host}`"))
                        .at_key(
                            &origin.child("weights").child(host.as_str()),
                            "this host is not under `hosts`",
                        )
                        .why("A weight says how many requests the instances on a host get.")
                        .help(format!(
                            "the hosts are {}",
                            listing(world.manifest.hosts.keys().map(Name::as_str))
                        )),
                );
            }
        }
        if route.paths.is_empty() {
            found.push(
                Diagnostic::error("missing-key", format!("{} needs `paths`", origin.in_words()))
                    .at_key(&origin, "nothing answers here")
                    .why("The web server would show its own page to whoever asks for this name.")
                    .help("add `paths: {/: SERVICE}`"),
            );
        }
        if let Some((_, other)) = all.insert(name.within(domain), (route.clone(), origin.clone())) {
            found.push(routed_twice(&name.within(domain), &origin, "here", &other));
        }
    }
    for (name, service) in &world.manifest.services {
        let Some(place) = &service.common().at else { continue };
        let origin = at(["services", name.as_str(), "at"]);
        let to = name.as_str().parse().expect("a service's name is a target");
        let path = Path {
            answer: Answer::To(to),
            status: None,
            strip_prefix: false,
            stream: false,
            websocket: false,
            options: PathOptions::default(),
        };
        let root: RoutePath = "/".parse().expect("a path");
        let route = Route {
            paths: BTreeMap::from([(root, path)]),
            ..Route::default()
        };
        if let Some((_, other)) = all.insert(place.within(domain), (route, origin.clone())) {
            found.push(routed_twice(&place.within(domain), &origin, "here by `at`", &other));
        }
    }
    all.into_iter()
        .map(|(name, (route, origin))| (name, route, origin))
        .collect()
}

fn routed_twice(name: &str, origin: &Pointer, how: &str, other: &Pointer) -> Diagnostic {
    Diagnostic::error("duplicate-route", format!("`{name}` is routed twice"))
        .at_key(origin, how)
        .at_key(other, "and here")
        .why("Only one of them could answer.")
        .help("remove one of the two")
}
