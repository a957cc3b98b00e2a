//! Secrets: which there are, where they come from, and how to replace one. Their values are on the hosts alone.

use std::collections::BTreeSet;

use serde::Serialize;

use super::install::repository_passwords;
use super::table::table;
use super::{Section, listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Host, Rotation, Secret, SecretSource, Site};

fn comes(source: &SecretSource) -> String {
    match source {
        SecretSource::Generated(specification) => format!("made on the host: {}", code(specification)),
        SecretSource::Provided(hint) => format!("**provided**: {}", text(hint)),
        SecretSource::Previous(of) => format!("what {} was before", code(of)),
    }
}

fn users(secret: &Secret) -> String {
    listed(secret.users.iter().map(|user| code(user)))
}

fn rotation(secret: &Secret) -> String {
    secret
        .rotate
        .as_ref()
        .map_or_else(|| "–".into(), |every| format!("every {}", text(&every.text)))
}

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    secrets: String,
    example: Option<&'a str>,
    passwords: Option<String>,
}

fn view<'a>(site: &'a Site, secrets: &[&'a Secret], rows: String, hosts: &[&Host]) -> View<'a> {
    let passwords: BTreeSet<&str> = hosts.iter().flat_map(|host| repository_passwords(host)).collect();
    let example = secrets
        .iter()
        .find(|secret| !matches!(secret.rotation, Rotation::Elsewhere(_)));
    View {
        site: &site.name,
        secrets: rows,
        example: example.map(|secret| secret.name.as_str()),
        passwords: (!passwords.is_empty()).then(|| listed(passwords.into_iter().map(code))),
    }
}

pub(super) fn on_host(site: &Site, host: &Host) -> Section {
    let secrets: Vec<&Secret> = site
        .secrets
        .iter()
        .filter(|secret| secret.hosts.contains(&host.name) && !secret.is_previous())
        .collect();
    let rows: Vec<_> = secrets
        .iter()
        .map(|secret| {
            let source = comes(&secret.source_on(&host.name));
            [code(&secret.name), source, users(secret), rotation(secret)]
        })
        .collect();
    let rows = table(["Secret", "Comes from", "Used by", "Replaced"], &rows);
    (!rows.is_empty()).then(|| {
        markdown(
            "docs/secrets",
            include_str!("secrets.md.hbs"),
            &view(site, &secrets, rows, &[host]),
        )
    })
}

pub(super) fn everywhere(site: &Site) -> Section {
    let secrets: Vec<&Secret> = site.secrets.iter().filter(|secret| !secret.is_previous()).collect();
    let rows: Vec<_> = secrets
        .iter()
        .map(|secret| {
            let hosts = listed(secret.hosts.iter().map(|host| text(host)));
            [
                code(&secret.name),
                comes(&secret.source),
                users(secret),
                hosts,
                rotation(secret),
            ]
        })
        .collect();
    let rows = table(["Secret", "Comes from", "Used by", "Hosts", "Replaced"], &rows);
    let hosts: Vec<&Host> = site.hosts.iter().collect();
    let shared: Vec<String> = secrets.iter().flat_map(|secret| carried(site, secret)).collect();
    let mut section = markdown(
        "docs/secrets",
        include_str!("secrets.md.hbs"),
        &view(site, &secrets, rows, &hosts),
    );
    if !shared.is_empty() {
        section.push_str(&format!(
            "\nSeveral hosts need the same of these. Install the host that makes it, then bring it to the others before their first apply:\n\n```sh\n{}\n```\n",
            shared.join("\n")
        ));
    }
    (!secrets.is_empty()).then_some(section)
}

/// The commands that bring a secret from the host that makes it to the others.
fn carried(site: &Site, secret: &Secret) -> Vec<String> {
    let Some(first) = secret.hosts.first() else {
        return Vec::new();
    };
    let path = format!("{}/secrets/{}", site.etc(), secret.name);
    let others = secret
        .hosts
        .iter()
        .filter(|host| secret.source_on(host) != secret.source);
    others
        .map(|host| format!("ssh {first} sudo cat {path} | ssh {host} sudo install -D -m 0600 /dev/stdin {path}"))
        .collect()
}
