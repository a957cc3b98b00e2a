//! Secrets that are made here, though somebody else would have to know them.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{ChannelTarget, DestinationPlace, EnvironmentFile, Host, Pointer, Secret, SecretSource, Site};

pub(super) const RULE: Rule = Rule {
    code: "generated-credential",
    document: include_str!("generated_credential.md"),
    find,
};

const KEY: &str = "a private key, and no random text";

/// A secret that only its issuer can make.
struct Issued {
    secret: String,
    origin: Pointer,
    what: &'static str,
}

fn find(site: &Site) -> Vec<Diagnostic> {
    let issued = site.hosts.iter().flat_map(|host| {
        let mut issued = of_backups(host);
        issued.extend(of_registries(host));
        issued.extend(of_gates(site, host));
        issued.extend(of_others(site, host));
        issued
    });
    let mut found: Vec<Diagnostic> = Vec::new();
    for issued in issued.chain(of_channels(site)) {
        let Some(secret) = site.secrets.iter().find(|secret| secret.name == issued.secret) else {
            continue;
        };
        let finding = finding(secret, &issued);
        // One secret may have several keys, and several hosts.
        if is_made(site, secret) && found.iter().all(|other| other.labels != finding.labels) {
            found.push(finding);
        }
    }
    found
}

fn finding(secret: &Secret, issued: &Issued) -> Diagnostic {
    let name = secret.origin.last().unwrap_or_default();
    Diagnostic::error(
        RULE.code,
        format!("`{name}` cannot be generated: it is {}", issued.what),
    )
    .at_key(&secret.origin, "made on the host, at random")
    .at(&issued.origin, "used here")
    .why("The other side does not know what was made, and refuses it.")
    .help(if issued.what == KEY {
        format!("write `{name}: {{generate: {{keypair: ssh-ed25519}}}}`, and give the server the public half that the installation shows")
    } else {
        format!("write `{name}: {{provided: \"where to get it\"}}`")
    })
}

/// Random text, in use at no server of the site's own that could be told of it.
fn is_made(site: &Site, secret: &Secret) -> bool {
    let is_text = matches!(&secret.source, SecretSource::Generated(how) if !how.starts_with("keypair="));
    let variables = site.services.iter().flat_map(|service| &service.variables);
    let is_own = variables
        .flat_map(|variable| variable.value.secrets())
        .any(|name| name == secret.name);
    is_text && !is_own
}

fn of_backups(host: &Host) -> Vec<Issued> {
    let destinations = host.backup.iter().flat_map(|plan| &plan.destinations);
    destinations
        .filter_map(|destination| {
            let (secret, what) = match &destination.place {
                DestinationPlace::Path(_) => return None,
                DestinationPlace::S3 { secret_access_key, .. } => (secret_access_key, "a key of the storage provider"),
                DestinationPlace::Sftp { key, .. } => (key, KEY),
                DestinationPlace::Rclone { config, .. } => (config, "a configuration of rclone"),
            };
            Some(Issued {
                secret: secret.clone(),
                origin: destination.origin.clone(),
                what,
            })
        })
        .collect()
}

fn of_registries(host: &Host) -> impl Iterator<Item = Issued> + '_ {
    host.registries.iter().map(|registry| Issued {
        secret: registry.password.clone(),
        origin: registry.origin.clone(),
        what: "a login at the registry",
    })
}

/// A file for basic authentication has lines of names and hashes.
fn of_gates<'a>(site: &'a Site, host: &'a Host) -> impl Iterator<Item = Issued> + 'a {
    let folder = format!("{}/htpasswd/", site.etc());
    let servers = host.ingress.iter().flat_map(|ingress| &ingress.servers);
    let locations = servers.flat_map(|server| &server.locations);
    locations.filter_map(move |location| {
        let secret = location.basic_auth.as_deref()?.strip_prefix(&folder)?.to_owned();
        let origin = location.origin.child("auth");
        Some(Issued {
            secret,
            origin,
            what: "a file of names and hashes, as `htpasswd` makes it",
        })
    })
}

fn of_channels(site: &Site) -> impl Iterator<Item = Issued> + '_ {
    site.channels.iter().flat_map(|channel| {
        let what = match &channel.target {
            ChannelTarget::Slack { .. } | ChannelTarget::Webhook { .. } => "an address that the receiver gives out",
            ChannelTarget::Email { .. } => "a password at the mail server",
        };
        channel.secrets().into_iter().map(move |secret| Issued {
            secret,
            origin: channel.origin.clone(),
            what,
        })
    })
}

/// What a service is handed out of a connection to a server that somebody else runs.
fn of_others(site: &Site, host: &Host) -> Vec<Issued> {
    let is_external = |name: &str| {
        let mut services = site.services.iter();
        services.any(|service| service.name == name && service.runtime == "-" && service.kind != "static")
    };
    let links: Vec<&Pointer> = site
        .links
        .iter()
        .filter(|link| is_external(&link.to))
        .map(|link| &link.origin)
        .collect();
    let files = host.units.iter().map(|unit| &unit.environment_file);
    let files = files.chain(host.containers.iter().map(|container| &container.environment_file));
    let variables = files.flatten().flat_map(|file: &EnvironmentFile| &file.variables);
    variables
        .filter(|variable| links.contains(&&variable.origin))
        .flat_map(|variable| variable.value.secrets().map(|secret| (secret, &variable.origin)))
        .map(|(secret, origin)| Issued {
            secret: secret.to_owned(),
            origin: origin.clone(),
            what: "for a server that somebody else runs",
        })
        .collect()
}
