//! The ways from web servers to the instances behind them on other hosts: opened there, and published where they are
//! containers.

use std::net::SocketAddr;

use crate::site::{Host, Opening, PortBinding, Protocol};

pub(super) fn open(hosts: &mut [Host]) {
    for (place, opening) in openings(hosts) {
        let host = &mut hosts[place];
        publish(host, opening.ports.0);
        if !host.openings.contains(&opening) {
            host.openings.push(opening);
        }
    }
}

/// Which host has to let which other one in.
fn openings(hosts: &[Host]) -> Vec<(usize, Opening)> {
    let mut openings = Vec::new();
    for from in hosts {
        let Some(source) = from.private.map(|net| net.addr()) else {
            continue;
        };
        for upstream in from.ingress.iter().flat_map(|ingress| &ingress.upstreams) {
            let servers = upstream
                .servers
                .iter()
                .filter_map(|server| server.parse::<SocketAddr>().ok());
            for server in servers.filter(|server| !server.ip().is_loopback()) {
                let is_there = |host: &Host| host.private.is_some_and(|net| net.addr() == server.ip());
                let Some(place) = hosts.iter().position(is_there) else {
                    continue;
                };
                let opening = Opening {
                    origin: upstream.origin.clone(),
                    comment: format!("{} for nginx on {}", upstream.name, from.name),
                    protocol: Protocol::Tcp,
                    ports: (server.port(), server.port()),
                    from: vec![source.into()],
                    limit: false,
                };
                openings.push((place, opening));
            }
        }
    }
    openings
}

/// A container that is reached at loopback is reached at the host's private address too.
fn publish(host: &mut Host, port: u16) {
    let Some(private) = host.private.map(|net| net.addr().to_string()) else {
        return;
    };
    for container in &mut host.containers {
        let here = container.ports.iter().find(|binding| binding.host == port);
        let known = container
            .ports
            .iter()
            .any(|binding| binding.host == port && binding.address != "127.0.0.1");
        let more = here.filter(|_| !known).map(|binding| PortBinding {
            address: private.clone(),
            ..binding.clone()
        });
        container.ports.extend(more);
    }
}
