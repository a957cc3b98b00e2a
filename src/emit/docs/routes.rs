//! Names of the site and what answers for their paths.

use super::table::table;
use super::{Section, listed};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Balance, Host, Ingress, Location, LocationAction, Matcher, Server, Site};

use super::machines::size;

pub(super) fn section(site: &Site) -> Section {
    let mut rows = Vec::new();
    for (host, ingress) in site
        .hosts
        .iter()
        .filter_map(|host| Some((host, host.ingress.as_ref()?)))
    {
        for server in &ingress.servers {
            rows.extend(of_server(host, ingress, server));
        }
    }
    let rows = table(["Name", "Path", "Goes to", "With", "Host"], &rows);
    let outside = outside(site);
    (!rows.is_empty()).then(|| format!("## Names and routes\n\n{rows}{outside}"))
}

fn of_server(host: &Host, ingress: &Ingress, server: &Server) -> Vec<[String; 5]> {
    let names = listed(server.names.iter().map(|name| code(name)));
    let host = text(&host.name);
    let mut rows: Vec<[String; 5]> = server
        .locations
        .iter()
        .map(|location| {
            [
                names.clone(),
                path(&location.matcher),
                target(ingress, &location.action),
                listed(terms(ingress, location)),
                host.clone(),
            ]
        })
        .collect();
    if let (false, Some(first)) = (server.redirects.is_empty(), server.names.first()) {
        let from = listed(server.redirects.iter().map(|name| code(name)));
        rows.push([
            from,
            "all".into(),
            format!("redirected to {}", code(first)),
            "–".into(),
            host,
        ]);
    }
    rows
}

fn path(matcher: &Matcher) -> String {
    match matcher {
        Matcher::Exact(path) => format!("only {}", code(path)),
        Matcher::Prefix(path) => code(path),
        Matcher::Regex(pattern) => format!("what matches {}", code(pattern)),
    }
}

fn target(ingress: &Ingress, action: &LocationAction) -> String {
    match action {
        LocationAction::Proxy(proxy) => {
            let upstream = ingress
                .upstreams
                .iter()
                .find(|upstream| upstream.name == proxy.upstream);
            let servers = upstream.map_or_else(String::new, |upstream| {
                let servers = upstream.servers.iter().map(|server| match server.weight {
                    1 => code(&server.address),
                    weight => format!("{} (weight {weight})", code(&server.address)),
                });
                format!(" at {}", listed(servers))
            });
            format!("{}{servers}", code(&proxy.upstream))
        }
        LocationAction::Files(files) => format!("files of {}", code(&files.root)),
        LocationAction::Redirect { to, status } => format!("{status} to {}", code(to)),
        LocationAction::Json(_) => "a fixed JSON answer".into(),
        LocationAction::Closed => "nobody: 404".into(),
    }
}

fn terms(ingress: &Ingress, location: &Location) -> Vec<String> {
    let mut terms = Vec::new();
    if let Some(limit) = &location.rate {
        let rate = ingress.rates.iter().find(|zone| zone.name == limit.zone);
        terms.extend(rate.map(|zone| format!("{} each client, burst {}", text(&zone.rate), limit.burst)));
    }
    terms.extend(location.body.map(|bytes| format!("bodies up to {}", size(bytes))));
    if !location.allow.is_empty() {
        let networks = location.allow.iter().map(|network| code(&network.to_string()));
        terms.push(format!("only from {}", listed(networks)));
    }
    terms.extend(location.basic_auth.as_ref().map(|_| "name and password".to_owned()));
    match &location.action {
        LocationAction::Proxy(proxy) => {
            let flags = [(proxy.websocket, "WebSocket"), (proxy.stream, "server-sent events")];
            terms.extend(proxy.cache.map(|seconds| format!("answers kept {seconds} s")));
            let several = ingress
                .upstreams
                .iter()
                .find(|upstream| upstream.name == proxy.upstream);
            let several = several.filter(|upstream| upstream.servers.len() > 1);
            terms.extend(several.map(|upstream| match upstream.balance {
                Balance::RoundRobin => "in turns".to_owned(),
                Balance::LeastConn => "to the least busy".to_owned(),
                Balance::IpHash => "each client to the same".to_owned(),
            }));
            terms.extend(flags.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned()));
        }
        LocationAction::Files(files) if files.spa => terms.push("unknown paths give `/index.html`".into()),
        _ => {}
    }
    terms
}

/// Names that others' name servers must know.
fn outside(site: &Site) -> String {
    let zones: Vec<&str> = site
        .hosts
        .iter()
        .filter_map(|host| host.dns.as_ref())
        .flat_map(|dns| &dns.zones)
        .chain(site.hosted.iter().flat_map(|hosted| &hosted.zones))
        .map(|zone| zone.name.as_str())
        .collect();
    let is_ours = |name: &str| {
        zones
            .iter()
            .any(|zone| name == *zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.')))
    };
    let mut rows: Vec<[String; 2]> = site
        .hosts
        .iter()
        .filter_map(|host| Some((host, host.ingress.as_ref()?)))
        .flat_map(|(host, ingress)| ingress.servers.iter().map(move |server| (host, server)))
        .flat_map(|(host, server)| {
            server
                .names
                .iter()
                .chain(&server.redirects)
                .map(move |name| (host, name))
        })
        .filter(|(_, name)| !is_ours(name))
        .map(|(host, name)| {
            let addresses = host.public.iter().map(|address| code(&address.to_string()));
            [code(name), listed(addresses)]
        })
        .collect();
    rows.sort();
    rows.dedup();
    if rows.is_empty() {
        return String::new();
    }
    let rows = table(["Name", "Leads to"], &rows);
    format!("\nThe name servers of others serve these names; set there:\n\n{rows}")
}
