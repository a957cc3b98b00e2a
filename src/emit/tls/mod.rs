//! Certificates: asked for by certbot or made by an authority of the site's own, and put where their users read them.
//!
//! A script, the same on every host but for its first lines, reads one record a certificate. Servers start with a
//! placeholder; `<site>-certificate@<name>.timer` tries again until the certificate is there, so that a first
//! installation does not hang on DNS or a certificate authority. Renewals are certbot's own timer's.

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::{Artifact, Emission, Emitter, Phase};
use crate::render::{Language, escape, render};
use crate::site::{
    Action, Certificate, Challenge, Directory, DnsProvider, EnabledUnit, Encoding, Host, Issuer, Package, Site, order,
    placeholder,
};

pub(crate) const EMITTER: Emitter = Emitter { name: "tls", emit };

const SET: &str = EMITTER.name;

fn emit(site: &Site, host: &Host) -> Emission {
    if host.certificates.is_empty() {
        return Emission::default();
    }
    let mut artifacts = shared(site, host);
    artifacts.extend(
        host.certificates
            .iter()
            .map(|certificate| record(site, host, certificate)),
    );
    artifacts.extend(credentials(site, host));
    Emission {
        artifacts,
        packages: packages(host),
        directories: directories(host),
        actions: actions(site, host),
        enabled: enabled(site, host),
        ..Emission::default()
    }
}

#[derive(Serialize)]
struct Shared<'a> {
    site: &'a str,
    host: &'a str,
    contact: &'a str,
    /// Address at which this host's name server answers; empty without one.
    name_server: String,
}

fn shared(site: &Site, host: &Host) -> Vec<Artifact> {
    let name = &site.name;
    let view = Shared {
        site: name,
        host: &host.name,
        contact: &site.contact,
        name_server: name_server(host),
    };
    let mut artifacts = vec![
        Artifact::new(
            SET,
            format!("/usr/local/sbin/{name}-certificate"),
            render(
                Language::Shell,
                "tls/certificate.sh",
                include_str!("certificate.sh.hbs"),
                &view,
            )
            .text,
        )
        .mode(0o755)
        .triggers("certificates"),
        Artifact::new(
            SET,
            format!("/etc/systemd/system/{name}-certificate@.service"),
            render(
                Language::Systemd,
                "tls/service",
                include_str!("certificate.service.hbs"),
                &view,
            )
            .text,
        )
        .triggers("systemd"),
        Artifact::new(
            SET,
            format!("/etc/systemd/system/{name}-certificate@.timer"),
            render(
                Language::Systemd,
                "tls/timer",
                include_str!("certificate.timer.hbs"),
                &view,
            )
            .text,
        )
        .triggers("systemd"),
        Artifact::new(SET, format!("/etc/sysusers.d/{name}-tls.conf"), readers(site, host)).phase(Phase::Identity),
    ];
    if asks_anyone(host) {
        artifacts.push(
            Artifact::new(
                SET,
                format!("/etc/letsencrypt/renewal-hooks/deploy/{name}"),
                render(Language::Shell, "tls/hook.sh", include_str!("hook.sh.hbs"), &view).text,
            )
            .mode(0o755),
        );
    }
    for artifact in &mut artifacts {
        artifact.origins = host
            .certificates
            .iter()
            .map(|certificate| certificate.origin.clone())
            .collect();
    }
    artifacts
}

fn name_server(host: &Host) -> String {
    let listen = host.dns.as_ref().and_then(|dns| dns.listen.first());
    listen
        .cloned()
        .or_else(|| host.public.first().map(ToString::to_string))
        .unwrap_or_default()
}

/// The group that may read private keys, with the users who do so themselves; nginx reads them as root.
fn readers(site: &Site, host: &Host) -> String {
    let group = format!("{}-tls", site.name);
    let mut users: Vec<&str> = host
        .certificates
        .iter()
        .flat_map(|certificate| &certificate.readers)
        .map(String::as_str)
        .collect();
    users.sort_unstable();
    users.dedup();
    let mut text = format!("# Who may read the private keys in {}/tls.\ng {group} -\n", site.etc());
    for user in users {
        text.push_str(&format!("m {user} {group}\n"));
    }
    text
}

#[derive(Serialize)]
struct Record<'a> {
    site: &'a str,
    name: &'a str,
    issuer: &'static str,
    directory: Option<String>,
    challenge: &'static str,
    names: Vec<String>,
    /// Commands that take a new certificate into use.
    after: Vec<String>,
}

fn record(site: &Site, host: &Host, certificate: &Certificate) -> Artifact {
    let (issuer, directory, challenge) = match &certificate.issuer {
        Issuer::Acme { directory, challenge } => (
            "acme",
            Some(escape::one_line(directory)),
            match challenge {
                Challenge::Http01 => "http-01",
                Challenge::Dns01 => "dns-01",
                Challenge::Provider(DnsProvider::Cloudflare) => "dns-cloudflare",
            },
        ),
        Issuer::Internal => ("internal", None, ""),
    };
    let view = Record {
        site: &site.name,
        name: &certificate.name,
        issuer,
        directory,
        challenge,
        names: certificate.names.iter().map(|name| escape::one_line(name)).collect(),
        after: certificate
            .used_by
            .iter()
            .filter_map(|user| command(site, host, user))
            .collect(),
    };
    Artifact::new(
        SET,
        format!("{}/certificates/{}", site.etc(), certificate.name),
        render(Language::Shell, "tls/record", include_str!("record.hbs"), &view).text,
    )
    .from([certificate.origin.clone()])
    .triggers("certificates")
    .triggers(action_name(certificate))
}

/// What takes a new certificate into use.
fn command(site: &Site, host: &Host, user: &str) -> Option<String> {
    if user == "nginx" {
        return host.ingress.as_ref().map(|ingress| ingress.reload(&site.name));
    }
    let action = host.actions.iter().find(|action| action.name == user)?;
    action.run.as_deref().map(escape::one_line)
}

fn action_name(certificate: &Certificate) -> String {
    format!("certbot-{}", certificate.name)
}

fn asks_anyone(host: &Host) -> bool {
    host.certificates
        .iter()
        .any(|certificate| matches!(certificate.issuer, Issuer::Acme { .. }))
}

/// The provider that answers challenges, if one does.
fn asked(host: &Host) -> Option<DnsProvider> {
    host.certificates
        .iter()
        .find_map(|certificate| match certificate.issuer {
            Issuer::Acme {
                challenge: Challenge::Provider(provider),
                ..
            } => Some(provider),
            _ => None,
        })
}

/// What certbot enters the provider's API with. Its file has no escapes, so a token with a quote is not one.
fn credentials(site: &Site, host: &Host) -> Option<Artifact> {
    let hosted = site.hosted.as_ref()?;
    let secret = hosted.credentials.as_ref()?;
    let provider = asked(host)?;
    let key = match provider {
        DnsProvider::Cloudflare => "dns_cloudflare_api_token",
    };
    let text = format!("# Read by certbot.\n{key} = {}\n", placeholder(secret, Encoding::Raw));
    let path = format!("{}/dns/{}.ini", site.etc(), provider.as_str());
    Some(
        Artifact::new(SET, path, text)
            .mode(0o600)
            .from([hosted.origin.child("credentials")]),
    )
}

fn packages(host: &Host) -> Vec<Package> {
    let answers_by_dns = host.certificates.iter().any(|certificate| {
        matches!(
            certificate.issuer,
            Issuer::Acme {
                challenge: Challenge::Dns01,
                ..
            }
        )
    });
    // `systemd-run --wait` asks on the bus.
    let mut names = vec!["openssl", "dbus"];
    if asks_anyone(host) {
        names.push("certbot");
    }
    if answers_by_dns {
        names.push("bind9-dnsutils");
    }
    names.extend(asked(host).map(|provider| match provider {
        DnsProvider::Cloudflare => "python3-certbot-dns-cloudflare",
    }));
    names.into_iter().map(Package::of_distribution).collect()
}

/// certbot makes them itself, but not from a unit that may only write what is there.
fn directories(host: &Host) -> Vec<Directory> {
    let asking = host
        .certificates
        .iter()
        .find(|certificate| matches!(certificate.issuer, Issuer::Acme { .. }));
    let paths = [("/var/lib/letsencrypt", 0o755), ("/var/log/letsencrypt", 0o700)];
    asking
        .into_iter()
        .flat_map(|certificate| paths.map(|path| (path, certificate)))
        .map(|((path, mode), certificate)| Directory {
            path: path.into(),
            origin: certificate.origin.clone(),
            owner: "root".into(),
            group: "root".into(),
            mode,
        })
        .collect()
}

fn actions(site: &Site, host: &Host) -> Vec<Action> {
    let placeholders = format!("/usr/local/sbin/{}-certificate placeholders", site.name);
    let mut actions = vec![Action {
        name: "certificates".into(),
        // Before any server that would not start without one.
        order: order::SYSTEM + 5,
        check: Some(placeholders.clone()),
        run: Some(placeholders),
        effect: "makes placeholders for certificates that are missing".into(),
    }];
    actions.extend(host.certificates.iter().map(|certificate| {
        let unit = escape::shell(&unit(site, certificate, "service"));
        Action {
            name: action_name(certificate),
            order: order::CERTIFICATES,
            check: None,
            // No reason to undo an installation: the timer tries again, and the health check says so meanwhile.
            run: Some(format!(
                "systemctl start {unit} || echo 'no certificate yet, tried again every hour: journalctl -u {unit}' >&2"
            )),
            effect: format!("asks for the certificate {}", certificate.name),
        }
    }));
    actions
}

fn unit(site: &Site, certificate: &Certificate, suffix: &str) -> String {
    format!("{}-certificate@{}.{suffix}", site.name, certificate.name)
}

fn enabled(site: &Site, host: &Host) -> Vec<EnabledUnit> {
    let timer = asks_anyone(host).then(|| "certbot.timer".to_owned());
    let own = host
        .certificates
        .iter()
        .map(|certificate| unit(site, certificate, "timer"));
    timer
        .into_iter()
        .chain(own)
        .map(|name| EnabledUnit {
            name,
            order: order::CERTIFICATES,
        })
        .collect()
}
