//! A virtual server: its names and its paths.

use super::{Build, Entry};
use crate::manifest::Route;
use crate::site::{Location, Pointer, Server};

impl Build<'_, '_> {
    pub(super) fn server(&mut self, name: &str, route: &Route, origin: &Pointer) {
        let domain = &self.world.manifest.site.domain;
        let mut names = vec![name.to_owned()];
        names.extend(route.aliases.iter().map(|alias| alias.within(domain)));
        let mut locations: Vec<Location> = route
            .paths
            .iter()
            .filter_map(|(path, answer)| {
                self.location(Entry {
                    name,
                    path,
                    answer,
                    route,
                    origin,
                })
            })
            .collect();
        let incomplete = locations.len() < route.paths.len();
        locations.extend(self.closed(route, origin));
        self.listens_everywhere(route.listen.is_some(), origin);
        self.ingress.servers.push(Server {
            origin: origin.clone(),
            names,
            redirects: route.redirect_from.iter().map(|from| from.within(domain)).collect(),
            certificate: None,
            listen: route.listen.iter().map(ToString::to_string).collect(),
            http_challenge: false,
            locations,
            incomplete,
        });
    }
}
