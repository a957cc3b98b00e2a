//! The ways from web servers to the instances behind them on other hosts: opened there, and published where they are
//! containers.

use std::net::SocketAddr;

use crate::site::{Host, Opening, PortBinding, Protocol};

const LOOPBACK: &str = "127.0.0.1";

/// `is_local` says whether a process of the host itself uses a service.
pub(super) fn open(hosts: &mut [Host], is_local: impl Fn(&str, &str) -> bool) {
    for (place, opening) in openings(hosts) {
        let host = &mut hosts[place];
        publish(host, opening.ports.0);
        if !host.openings.contains(&opening) {
            host.openings.push(opening);
        }
    }
    for host in hosts {
        withdraw(host, &is_local);
    }
}

/// Of a container that is published at the private address nothing stays at loopback, unless someone asks there.
fn withdraw(host: &mut Host, is_local: impl Fn(&str, &str) -> bool) {
    let upstreams = host.ingress.iter().flat_map(|ingress| &ingress.upstreams);
    let asked: Vec<String> = upstreams
        .flat_map(|upstream| &upstream.servers)
        .map(|server| server.address.clone())
        .collect();
    let Some(private) = host.private.map(|net| net.addr().to_string()) else {
        return;
    };
    for container in &mut host.containers {
        let elsewhere: Vec<u16> = container
            .ports
            .iter()
            .filter(|binding| binding.address == private)
            .map(|binding| binding.host)
            .collect();
        let used = is_local(&container.service, &host.name);
        container.ports.retain(|binding| {
            let here = format!("{LOOPBACK}:{}", binding.host);
            binding.address != LOOPBACK || !elsewhere.contains(&binding.host) || used || asked.contains(&here)
        });
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
                .filter_map(|server| server.address.parse::<SocketAddr>().ok());
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
                    interface: None,
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
            .any(|binding| binding.host == port && binding.address != LOOPBACK);
        let more = here.filter(|_| !known).map(|binding| PortBinding {
            address: private.clone(),
            ..binding.clone()
        });
        container.ports.extend(more);
    }
}
