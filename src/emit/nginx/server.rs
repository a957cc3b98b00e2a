//! Virtual servers, and the servers that answer for nobody.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::Serialize;

use super::headers::Mapped;
use super::location;
use super::place::Place;
use super::version::Features;
use crate::render::escape;
use crate::site::{Host, Ingress, Pointer, Server, Site};

#[derive(Debug, Serialize)]
pub(super) struct View {
    origin: Pointer,
    snippets: String,
    /// Folder of what shuts visitors out for a while.
    maintenance: String,
    title: String,
    names: Vec<String>,
    redirects: Vec<String>,
    all_names: Vec<String>,
    /// nginx text of the place that `redirects` point to.
    redirect_target: String,
    redirect_to_https: bool,
    /// Parameters of `listen`.
    http: Vec<String>,
    main: Vec<String>,
    http2: bool,
    /// Folder of the certificate.
    certificate: Option<String>,
    /// Folder of HTTP-01 answers, for the server that redirects to HTTPS.
    challenge: Option<String>,
    /// The same, for a server without a certificate.
    plain_challenge: Option<String>,
    error_pages: Option<String>,
    locations: Vec<location::View>,
}

#[derive(Debug, Serialize)]
pub(super) struct Default {
    http: Vec<String>,
    https: Vec<String>,
    http2: bool,
    /// Folder of a certificate to show where a handshake cannot be refused.
    fallback: Option<String>,
}

/// Where HTTP-01 answers lie.
pub(super) fn webroot(site: &Site) -> String {
    format!("/var/lib/{}/acme-webroot", site.name)
}

/// Where `<site>-maintenance` puts what shuts visitors out.
pub(super) fn maintenance(site: &Site) -> String {
    format!("/var/lib/{}/maintenance", site.name)
}

pub(super) fn view(site: &Site, ingress: &Ingress, headers: &[Mapped], place: &Place, server: &Server) -> View {
    let features = &place.features;
    let snippets = place.snippets(site);
    let secure = server.certificate.is_some();
    let challenge = server.http_challenge.then(|| webroot(site));
    let all_names: Vec<String> = server.names.iter().chain(&server.redirects).cloned().collect();
    let first = server.names.first().map_or("", String::as_str);
    let scheme = if secure { "https" } else { "http" };
    View {
        origin: server.origin.clone(),
        locations: location::views(&snippets, ingress, headers, &server.locations),
        snippets,
        maintenance: maintenance(site),
        title: all_names
            .iter()
            .map(|name| escape::nginx(name))
            .collect::<Vec<_>>()
            .join(", "),
        names: server.names.clone(),
        redirects: server.redirects.clone(),
        all_names,
        redirect_target: format!("{scheme}://{}", escape::nginx(first)),
        redirect_to_https: secure,
        http: listens(&server.listen, 80, ""),
        main: if secure {
            listens(&server.listen, 443, tls(features))
        } else {
            listens(&server.listen, 80, "")
        },
        http2: secure && features.http2_directive,
        certificate: server.certificate.as_ref().map(|name| folder(site, name)),
        challenge: challenge.clone().filter(|_| secure),
        plain_challenge: challenge.filter(|_| !secure),
        error_pages: ingress
            .error_pages
            .as_ref()
            .map(|path| path.trim_end_matches('/').to_owned()),
    }
}

/// One default for each address and port that some server listens at.
pub(super) fn default(site: &Site, host: &Host, ingress: &Ingress, place: &Place) -> Default {
    let features = &place.features;
    let of = |port: u16, options: &str, servers: &mut dyn Iterator<Item = &Server>| -> Vec<String> {
        let every: BTreeSet<String> = servers
            .flat_map(|server| listens(&server.listen, port, options))
            .collect();
        every.into_iter().collect()
    };
    let any_secure = host.certificates.first();
    Default {
        http: of(80, "", &mut ingress.servers.iter()),
        https: of(
            443,
            tls(features),
            &mut ingress.servers.iter().filter(|server| server.certificate.is_some()),
        ),
        http2: features.http2_directive,
        fallback: any_secure
            .filter(|_| !features.reject_handshake)
            .map(|certificate| folder(site, &certificate.name)),
    }
}

fn folder(site: &Site, certificate: &str) -> String {
    format!("{}/tls/{certificate}", site.etc())
}

fn tls(features: &Features) -> &'static str {
    if features.http2_directive { " ssl" } else { " ssl http2" }
}

fn listens(addresses: &[String], port: u16, options: &str) -> Vec<String> {
    if addresses.is_empty() {
        return vec![format!("{port}{options}"), format!("[::]:{port}{options}")];
    }
    addresses
        .iter()
        .map(|address| match address.parse() {
            Ok(IpAddr::V6(v6)) => format!("[{v6}]:{port}{options}"),
            _ => format!("{}:{port}{options}", escape::nginx(address)),
        })
        .collect()
}

/// File name without suffix: the first name, with the wildcard spelled out.
pub(super) fn file_name(server: &Server) -> String {
    let first = server.names.first().map_or("unnamed", String::as_str);
    first
        .replace('*', "wildcard")
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect()
}
