//! A virtual server: its names and its paths.

use super::{Build, Entry};
use crate::diag::{Diagnostic, listing, suggest};
use crate::manifest::Route;
use crate::manifest::values::ListenOn;
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
        let listen = route.listen.iter();
        let listen = listen
            .filter_map(|listen| self.listen(listen, &origin.child("listen")))
            .collect();
        let incomplete = locations.len() < route.paths.len();
        locations.extend(self.closed(route, origin));
        self.listens_everywhere(route.listen.is_some(), origin);
        self.ingress.servers.push(Server {
            origin: origin.clone(),
            names,
            redirects: route.redirect_from.iter().map(|from| from.within(domain)).collect(),
            certificate: None,
            listen,
            http_challenge: false,
            locations,
            incomplete,
        });
    }

    /// The address to listen at: as it is written, or the host's own in the network that is named.
    fn listen(&mut self, listen: &ListenOn, origin: &Pointer) -> Option<String> {
        let own = self.tunnels.get(listen.as_str()).copied();
        if let Some(address) = listen.ip().or(own) {
            return Some(address.to_string());
        }
        let networks = || self.world.manifest.networks.keys().map(|name| name.as_str());
        let help = match suggest(listen.as_str(), networks()) {
            Some(near) if near != listen.as_str() => format!("did you mean `{near}`?"),
            _ if self.tunnels.is_empty() => {
                "write an address of the host, or describe the network: `networks: {wg0: {wireguard: {port: 51820}}}`"
                    .to_owned()
            }
            _ => format!(
                "`{}` is in {}",
                self.host,
                listing(self.tunnels.keys().map(String::as_str))
            ),
        };
        let found = Diagnostic::error(
            "unknown-network",
            format!("`{}` is in no network `{listen}`", self.host),
        )
        .at(origin, "the web server has no address there")
        .why("Without an address to listen at, everybody would reach what only this network may.")
        .help(help);
        self.found.push(found);
        None
    }
}
