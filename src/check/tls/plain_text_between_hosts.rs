//! What goes from host to host over the internet, unencrypted.

use std::net::SocketAddr;

use crate::check::Rule;
use crate::check::addresses::is_global;
use crate::diag::Diagnostic;
use crate::site::{Host, Link, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "plain-text-between-hosts",
    document: include_str!("plain_text_between_hosts.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let links = site.links.iter().filter_map(|link| {
        let host = crossed(site, link)?;
        Some(finding(&link.origin, &link.to, link.protocol, host))
    });
    let mut found: Vec<Diagnostic> = links.collect();
    for upstream in site
        .hosts
        .iter()
        .flat_map(|host| &host.ingress)
        .flat_map(|ingress| &ingress.upstreams)
    {
        let addresses = upstream
            .servers
            .iter()
            .filter_map(|server| server.address.parse::<SocketAddr>().ok());
        let mut global = addresses.map(|address| address.ip()).filter(|ip| is_global(*ip));
        let Some(address) = global.next() else { continue };
        let Some(host) = site.hosts.iter().find(|host| private(host) == Some(address)) else {
            continue;
        };
        let service = upstream.origin.segments().nth(1).unwrap_or_default().into_owned();
        let finding = finding(&upstream.origin, &service, "http", host);
        // Its other hosts are no other cause.
        if !found.iter().any(|other| other.labels[0] == finding.labels[0]) {
            found.push(finding);
        }
    }
    found
}

fn private(host: &Host) -> Option<std::net::IpAddr> {
    host.private.map(|net| net.addr())
}

/// The host that a link without encryption leads to over public addresses.
fn crossed<'a>(site: &'a Site, link: &Link) -> Option<&'a Host> {
    // PostgreSQL is made to encrypt for clients on other hosts.
    if !matches!(link.protocol, "redis" | "http") {
        return None;
    }
    let hosts = |name: &str| {
        let service = site.services.iter().find(|service| service.name == name);
        service.map(|service| {
            service
                .instances
                .iter()
                .map(|instance| instance.host.as_str())
                .collect::<Vec<_>>()
        })
    };
    let (from, to) = (hosts(&link.from)?, hosts(&link.to)?);
    let leaves = from.iter().any(|host| !to.contains(host));
    let host = site.host(to.first().filter(|_| leaves)?)?;
    private(host).filter(|address| is_global(*address)).map(|_| host)
}

fn finding(origin: &Pointer, to: &str, protocol: &str, host: &Host) -> Diagnostic {
    let what = if protocol == "redis" {
        "Its password and all that it holds"
    } else {
        "Cookies, logins and pages"
    };
    Diagnostic::warning(RULE.code, format!("`{to}` is reached over the internet, unencrypted"))
        .at_key(origin, format!("{protocol} has no encryption here"))
        .at(host.origin.child("address"), "and the host has only a public address")
        .why(format!("{what} can be read and changed by everybody on the way."))
        .help("put both on one host, or give the hosts a private network: `address: {public: …, private: 10.0.0.2/24}`")
}
