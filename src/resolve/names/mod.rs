//! The names that the world knows: routes become virtual servers with locations.

mod answer;
mod container;
mod files;
mod headers;
mod location;
mod metrics;
mod password;
mod rate;
mod routes;
mod server;
mod settings;
mod trust;
mod upstream;

use std::collections::BTreeMap;

pub(super) use container::containers;

use super::{World, at, host_mut, placement};
use crate::diag::Diagnostic;
use crate::kind::Secrets;
use crate::manifest::values::RoutePath;
use crate::manifest::{Path, Route};
use crate::site::{ConfigFile, Host, Ingress, Pointer};

/// The web server of each host of `ingress.on`; gives the names of those hosts.
pub(super) fn ingress(
    world: &World<'_>,
    hosts: &mut [Host],
    secrets: &mut Secrets,
    found: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let section = &world.manifest.ingress;
    let routes = routes::all(world, found);
    if routes.is_empty() {
        return Vec::new();
    }
    let Some(on) = placement::hosts_of(&section.on, &at(["ingress"]), "the web server", hosts, found) else {
        return Vec::new();
    };
    for name in &on {
        let private = hosts.iter().map(|host| (host.name.clone(), host.private)).collect();
        let mut build = Build {
            world,
            host: name,
            private,
            tunnels: host_mut(hosts, name)
                .tunnels
                .iter()
                .map(|tunnel| (tunnel.name.clone(), tunnel.address.addr()))
                .collect(),
            ingress: settings::empty(world),
            secrets,
            found,
            needs: Vec::new(),
        };
        for (host_name, route, origin) in &routes {
            build.server(host_name, route, origin);
        }
        let Build { ingress, needs, .. } = build;
        let host = host_mut(hosts, name);
        host.files.extend(needs);
        host.ingress = Some(ingress);
    }
    on
}

/// The web server of one host, while its routes are taken in.
struct Build<'a, 'b> {
    world: &'a World<'a>,
    host: &'a str,
    private: BTreeMap<String, Option<ipnet::IpNet>>,
    /// The host's address in each of its networks.
    tunnels: BTreeMap<String, std::net::IpAddr>,
    ingress: Ingress,
    secrets: &'b mut Secrets,
    found: &'b mut Vec<Diagnostic>,
    needs: Vec<ConfigFile>,
}

/// A path of a route, and all that the manifest says of it.
#[derive(Clone, Copy)]
struct Entry<'a> {
    /// The first name of the virtual server.
    name: &'a str,
    path: &'a RoutePath,
    answer: &'a Path,
    /// What the path does not say itself, its route may.
    route: &'a Route,
    origin: &'a Pointer,
}

/// Letters, digits and `_`, for names inside nginx.
fn identifier(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name.trim_matches('_').to_owned()
}
