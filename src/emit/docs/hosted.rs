//! Zones that a provider serves: which records it is to have, and how they come there.

use serde::Serialize;

use super::table::table;
use super::{Section, markdown};
use crate::render::escape::{markdown_code as code, shell};
use crate::site::{DnsProvider, Site};

#[derive(Serialize)]
struct View {
    provider: &'static str,
    zones: String,
    imports: Vec<String>,
    checks: Vec<String>,
}

pub(super) fn section(site: &Site) -> Section {
    let hosted = site.hosted.as_ref()?;
    let file = |name: &str| format!("{name}.zone");
    let rows: Vec<_> = hosted
        .zones
        .iter()
        .map(|zone| {
            let link = format!("[{0}]({0})", file(&zone.name));
            [code(&zone.name), zone.records.len().to_string(), link]
        })
        .collect();
    // Behind the provider's own network, visitors come in by it.
    let ingresses = || site.hosts.iter().filter_map(|host| host.ingress.as_ref());
    let proxied = ingresses().any(|ingress| !ingress.trusted_proxies.is_empty());
    let imports = hosted.zones.iter().map(|zone| {
        format!(
            "zone=$(api 'zones?name={}' | jq -r '.result[0].id')\napi \"zones/$zone/dns_records/import\" --form file=@{} --form proxied={proxied}",
            zone.name,
            shell(&format!("out/{}/{}", site.environment, file(&zone.name)))
        )
    });
    let mut names: Vec<&str> = ingresses()
        .flat_map(|ingress| &ingress.servers)
        .flat_map(|server| server.names.iter().chain(&server.redirects))
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    let view = View {
        provider: match hosted.provider {
            DnsProvider::Cloudflare => "Cloudflare",
        },
        zones: table(["Zone", "Records", "File"], &rows),
        imports: imports.collect(),
        checks: names
            .iter()
            .map(|name| format!("dig +short {} A", shell(name)))
            .collect(),
    };
    Some(markdown("docs/hosted", include_str!("hosted.md.hbs"), &view))
}
