//! Secrets that are written out.

use crate::check::credentials::{self, by_prefix, known, named, private_key};
use crate::check::once::once;
use crate::check::{Rule, commands};
use crate::diag::Diagnostic;
use crate::site::{ChannelTarget, Host, LocationAction, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "literal-secret",
    document: include_str!("literal_secret.md"),
    find,
};

/// Settings of servers that are passwords.
const SETTINGS: [&str; 3] = ["masterauth", "tls-client-key-file-pass", "tls-key-file-pass"];

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let all = variables(site)
        .into_iter()
        .chain(settings(site))
        .chain(site.hosts.iter().flat_map(commands))
        .chain(channels(site))
        .chain(site.hosts.iter().flat_map(answers))
        .chain(site.hosts.iter().flat_map(files));
    for finding in all {
        found.push(finding);
    }
    // A file may go to several hosts, and instances are alike.
    once(found)
}

fn variables(site: &Site) -> Vec<Diagnostic> {
    let variables = site.services.iter().flat_map(|service| &service.variables);
    variables
        .filter_map(|variable| {
            let what = named(&variable.name, &variable.value.as_literal()?)?;
            Some(finding(
                &variable.origin,
                &format!("the value of `{}`", variable.name),
                &what,
            ))
        })
        .collect()
}

/// Raw settings: of servers, of the compose file and of units.
fn settings(site: &Site) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for service in &site.services {
        let raw = service.origin.child("settings");
        let servers = service
            .configuration
            .iter()
            .flat_map(|configuration| &configuration.settings);
        for setting in servers.filter(|setting| setting.origin.is_within(&raw)) {
            let password = SETTINGS.contains(&setting.name.to_ascii_lowercase().as_str()) && !setting.value.is_empty();
            let what = password
                .then(|| "a password by its name".to_owned())
                .or_else(|| known(&setting.value));
            found.extend(what.map(|what| finding(&setting.origin, &format!("the value of `{}`", setting.name), &what)));
        }
        let here = |origin: &Pointer| origin.is_within(&service.origin);
        let units = site
            .hosts
            .iter()
            .flat_map(|host| &host.units)
            .filter(|unit| here(&unit.origin));
        let lines = units
            .flat_map(|unit| &unit.settings)
            .filter(|(name, _)| name == "Environment");
        let words = lines.flat_map(|(_, value)| value.split_whitespace());
        let mut pairs: Vec<(String, String)> = words.filter_map(pair).collect();
        let containers = site.hosts.iter().flat_map(|host| &host.containers);
        for container in containers.filter(|container| here(&container.origin)) {
            container
                .settings
                .iter()
                .for_each(|(name, value)| gather(name, value, &mut pairs));
        }
        for (name, value) in pairs {
            found.extend(named(&name, &value).map(|what| finding(&raw, &format!("the value of `{name}`"), &what)));
        }
    }
    found
}

/// Names and values of a raw compose key; a list may hold `NAME=value`.
fn gather(name: &str, value: &serde_json::Value, pairs: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::String(text) => pairs.push(pair(text).unwrap_or_else(|| (name.to_owned(), text.clone()))),
        serde_json::Value::Array(items) => items.iter().for_each(|item| gather(name, item, pairs)),
        serde_json::Value::Object(map) => map.iter().for_each(|(name, value)| gather(name, value, pairs)),
        _ => {}
    }
}

fn pair(word: &str) -> Option<(String, String)> {
    let (name, value) = word.trim_matches('"').split_once('=')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (!name.is_empty() && name.chars().all(plain)).then(|| (name.to_owned(), value.to_owned()))
}

/// Words of command lines: values of options such as `--password`, and what is known by its look.
fn commands(host: &Host) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for command in commands::all(host) {
        let words = command.words();
        let before = std::iter::once("").chain(words.iter().map(String::as_str));
        let what = before.zip(&words).find_map(|(before, word)| {
            let (option, value) = match word.split_once('=') {
                Some((option, value)) => (option, value),
                None => (before, word.as_str()),
            };
            credentials::option(option, value)
                .then(|| format!("the value of `{option}`"))
                .or_else(|| known(value))
        });
        found.extend(what.map(|what| finding(&command.origin, "a word of this command", &what)));
    }
    found
}

fn channels(site: &Site) -> Vec<Diagnostic> {
    let channels = site.channels.iter().filter_map(|channel| match &channel.target {
        ChannelTarget::Webhook { url } => {
            let url = url.as_literal()?;
            let what = url
                .contains("hooks.slack.com/")
                .then(|| "a webhook: its address is its password".to_owned());
            Some(finding(
                &channel.origin.child("webhook"),
                "this address",
                &what.or_else(|| known(&url))?,
            ))
        }
        ChannelTarget::Slack { .. } | ChannelTarget::Email { .. } => None,
    });
    channels.collect()
}

/// What the web server tells everybody: headers, and fixed answers.
fn answers(host: &Host) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some(ingress) = &host.ingress {
        let locations = ingress.servers.iter().flat_map(|server| &server.locations);
        let all = std::iter::once((&ingress.origin, &ingress.headers))
            .chain(locations.clone().map(|location| (&location.origin, &location.headers)));
        for (origin, headers) in all {
            for (name, value) in headers {
                let what = value.split_whitespace().find_map(known);
                let at = origin.child("headers").child(name);
                found.extend(what.map(|what| finding(&at, &format!("the header `{name}`"), &what)));
            }
        }
        for location in locations {
            if let LocationAction::Json(text) = &location.action {
                let what = text.split('"').find_map(known);
                found.extend(what.map(|what| finding(&location.origin.child("json"), "this answer", &what)));
            }
        }
    }
    found
}

fn files(host: &Host) -> Vec<Diagnostic> {
    let files = host.files.iter().filter(|file| file.verbatim);
    files
        .filter_map(|file| {
            let what = file.content.lines().find_map(|line| {
                line.split([' ', '=', '"', '\'', ':'])
                    .find_map(by_prefix)
                    .or_else(|| private_key(line))
            })?;
            Some(finding(
                file.origins.first()?,
                &format!("what is in `{}`", file.path),
                &what,
            ))
        })
        .collect()
}

fn finding(origin: &Pointer, subject: &str, what: &str) -> Diagnostic {
    Diagnostic::error(RULE.code, format!("{subject} must not stand in the manifest"))
        .at(origin, what)
        .why("Whoever reads the manifest or the bundle would know it, and git never forgets.")
        .help("write `{secret: NAME}` and declare `NAME` under `secrets:`; if this value was ever in use, change it")
}
