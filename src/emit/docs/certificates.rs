//! Certificates: who issues them, who uses them, and what to do by hand.

use serde::Serialize;

use super::table::{block, table};
use super::{Section, listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Certificate, Challenge, Check, DnsProvider, Host, Issuer, Site};

const HEADER: [&str; 5] = ["Certificate", "Names", "Issued by", "Challenge", "Used by"];

fn row(certificate: &Certificate) -> [String; 5] {
    let [issuer, challenge] = match &certificate.issuer {
        Issuer::Acme { directory, challenge } => {
            let challenge = match challenge {
                Challenge::Http01 => "HTTP-01, by nginx",
                Challenge::Dns01 => "DNS-01, by the host's name server",
                Challenge::Provider(DnsProvider::Cloudflare) => "DNS-01, by Cloudflare",
            };
            [code(directory), challenge.to_owned()]
        }
        Issuer::Internal => ["the host's own authority".to_owned(), "none".to_owned()],
    };
    [
        code(&certificate.name),
        listed(certificate.names.iter().map(|name| code(name))),
        issuer,
        challenge,
        listed(certificate.used_by.iter().map(|user| text(user))),
    ]
}

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    certificates: String,
    acme: bool,
    internal: bool,
    days: Option<u32>,
    commands: String,
}

pub(super) fn on_host(site: &Site, host: &Host) -> Section {
    let example = host.certificates.first()?;
    let rows: Vec<_> = host.certificates.iter().map(row).collect();
    let is_acme = |certificate: &&Certificate| matches!(certificate.issuer, Issuer::Acme { .. });
    let acme = host.certificates.iter().find(is_acme);
    let (name, unit) = (
        &site.name,
        format!("{}-certificate@{}.service", site.name, example.name),
    );
    let mut commands = vec![
        (format!("{name}-certificate status"), "names, issuer, end"),
        (format!("systemctl start {unit}"), "try again now"),
        (format!("journalctl -u {unit}"), "what became of it"),
    ];
    commands.extend(acme.map(|acme| {
        (
            format!("certbot renew --cert-name {} --force-renewal", acme.name),
            "a new one",
        )
    }));
    let view = View {
        site: &site.name,
        certificates: table(HEADER, &rows),
        acme: acme.is_some(),
        commands: block(&commands),
        internal: host
            .certificates
            .iter()
            .any(|certificate| certificate.issuer == Issuer::Internal),
        days: host.probes.iter().find_map(|probe| match probe.check {
            Check::Certificate { days, .. } => Some(days),
            _ => None,
        }),
    };
    Some(markdown(
        "docs/certificates",
        include_str!("certificates.md.hbs"),
        &view,
    ))
}

pub(super) fn everywhere(site: &Site) -> Section {
    let rows: Vec<[String; 6]> = site
        .hosts
        .iter()
        .flat_map(|host| {
            host.certificates.iter().map(|certificate| {
                let [name, names, issuer, challenge, users] = row(certificate);
                let host = format!("[{0}]({0}/README.md#certificates)", host.name);
                [host, name, names, issuer, challenge, users]
            })
        })
        .collect();
    let [name, names, issuer, challenge, users] = HEADER;
    let rows = table(["Host", name, names, issuer, challenge, users], &rows);
    (!rows.is_empty()).then(|| {
        format!("## Certificates\n\n{rows}\nHosts renew them by themselves; the health check warns from the day on when one should have come.\n")
    })
}
