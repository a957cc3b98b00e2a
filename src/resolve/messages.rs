//! Who hears of what: channels, and what each host tells them of itself.

use super::{World, at};
use crate::diag::{Diagnostic, listing, suggest};
use crate::kind::Secrets;
use crate::manifest::services::{Smtp as SmtpSection, SmtpTls};
use crate::manifest::values::Name;
use crate::manifest::{Channel as ChannelSection, MailHost, Monitoring, Service, TextOrSecret};
use crate::site::*;

/// Seconds between two runs of the health check.
const EVERY: std::ops::RangeInclusive<u64> = 30..=3_600;

/// The health check by the clock, on every host that would have somebody to tell.
pub(super) fn watches(world: &World<'_>, hosts: &mut [Host], secrets: &mut Secrets, found: &mut Vec<Diagnostic>) {
    let Some(section) = world.manifest.monitoring.on() else {
        return;
    };
    let origin = at(["monitoring"]);
    if let Some(names) = &section.notify {
        known(world, names, &origin, found);
    }
    let every = section.health.every.as_secs();
    if !EVERY.contains(&every) {
        found.push(
            Diagnostic::error("out-of-range", "the health check cannot run so often or so rarely")
                .at(origin.child("health").child("every"), "this is between two runs")
                .why("A run takes some seconds, and what is asked once a day tells of an outage when users already have.")
                .help("write a time from `30s` to `1h`; `2m` is the default"),
        );
    }
    let notify = told(world, section);
    let from = at(["monitoring", "health"]);
    let heartbeat = section.health.heartbeat.as_ref();
    let heartbeat = heartbeat.and_then(|address| self::heartbeat(address, &from, found));
    if notify.is_empty() && heartbeat.is_none() {
        return;
    }
    for host in hosts {
        beats(&heartbeat, "monitoring.health", &from, host, secrets);
        host.watch = Some(Watch {
            origin: origin.clone(),
            every,
            failures: section.health.failures,
            notify: notify.clone(),
            heartbeat: heartbeat.clone(),
        });
    }
}

fn told(world: &World<'_>, section: &Monitoring) -> Vec<String> {
    match &section.notify {
        Some(names) => names.iter().map(ToString::to_string).collect(),
        None => world.manifest.notify.keys().map(ToString::to_string).collect(),
    }
}

/// Channels that are written to must be declared.
pub(super) fn known(world: &World<'_>, names: &[Name], origin: &Pointer, found: &mut Vec<Diagnostic>) {
    let channels = || world.manifest.notify.keys().map(|name| name.as_str());
    for name in names
        .iter()
        .filter(|name| !world.manifest.notify.contains_key(name.as_str()))
    {
        let help = suggest(name.as_str(), channels()).map_or_else(
            || {
                let known = match channels().next() {
                    None => String::new(),
                    Some(_) => format!("; there are {}", listing(channels())),
                };
                format!("declare it: `notify: {{{name}: {{slack: {{webhook: {{secret: slack_webhook}}}}}}}}`{known}")
            },
            |near| format!("did you mean `{near}`?"),
        );
        found.push(
            Diagnostic::error("unknown-channel", format!("there is no channel `{name}`"))
                .at(origin.child("notify"), "failures are told there")
                .why("What fails without a word is found out on the day it is needed.")
                .help(help),
        );
    }
}

/// The jobs' channels are named where the jobs are.
pub(super) fn of_jobs(world: &World<'_>, found: &mut Vec<Diagnostic>) {
    for (name, service) in &world.manifest.services {
        let Service::App(app) = service else { continue };
        for (job, section) in &app.jobs {
            known(
                world,
                &section.notify,
                &at(["services", name.as_str(), "jobs", job.as_str()]),
                found,
            );
        }
    }
}

/// The address of a dead man's signal.
pub(super) fn heartbeat(section: &TextOrSecret, origin: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Text> {
    let text = address(section);
    let is_web = |text: &str| ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    if let TextOrSecret::Text(literal) = section
        && !is_web(literal.as_str())
    {
        found.push(
            Diagnostic::error("invalid-value", format!("`{literal}` is no address of the web"))
                .at(origin.child("heartbeat"), "it is asked for by HTTP")
                .why("The signal would never arrive, and its absence is what alarms.")
                .help("write it whole: `https://hc-ping.example.net/…`, or keep it secret: `{secret: heartbeat}`"),
        );
        return None;
    }
    Some(text)
}

/// The secrets that the signal takes.
pub(super) fn beats(heartbeat: &Option<Text>, by: &str, origin: &Pointer, host: &Host, secrets: &mut Secrets) {
    for secret in heartbeat.iter().flat_map(|text| text.secrets()) {
        secrets.need(secret, &host.name, by, &origin.child("heartbeat"));
    }
}

fn address(section: &TextOrSecret) -> Text {
    match section {
        TextOrSecret::Text(text) => Text::literal(text.to_string()),
        TextOrSecret::Secret(secret) => Text::secret(secret.secret.to_string()),
    }
}

/// The channels that something writes to.
pub(super) fn channels(
    world: &World<'_>,
    hosts: &[Host],
    secrets: &mut Secrets,
    found: &mut Vec<Diagnostic>,
) -> Vec<Channel> {
    let mut channels = Vec::new();
    for (name, section) in &world.manifest.notify {
        let origin = at(["notify", name.as_str()]);
        let target = match section {
            ChannelSection::Slack(slack) => ChannelTarget::Slack {
                webhook: slack.webhook.secret.to_string(),
            },
            ChannelSection::Webhook(webhook) => ChannelTarget::Webhook {
                url: address(&webhook.url),
            },
            ChannelSection::Email(email) => {
                let Some(smtp) = mail_server(world, &email.smtp, &origin.child("email").child("smtp"), found) else {
                    continue;
                };
                ChannelTarget::Email {
                    to: email.to.iter().map(ToString::to_string).collect(),
                    from: email
                        .from
                        .as_ref()
                        .map_or_else(|| world.site.contact.clone(), ToString::to_string),
                    smtp: Some(smtp),
                }
            }
        };
        let channel = Channel {
            name: name.to_string(),
            origin: origin.clone(),
            target,
        };
        for host in hosts.iter().filter(|host| host.told().contains(name.as_str())) {
            for secret in channel.secrets() {
                secrets.need(&secret, &host.name, &format!("notify.{name}"), &origin);
            }
        }
        channels.push(channel);
    }
    channels
}

fn mail_server(
    world: &World<'_>,
    section: &crate::manifest::MailServer,
    origin: &Pointer,
    found: &mut Vec<Diagnostic>,
) -> Option<Smtp> {
    match &section.server {
        MailHost::Host(host) => {
            let port = section.port.map_or(587, |port| port.get());
            Some(Smtp {
                host: host.to_string(),
                port,
                implicit_tls: port == 465,
                user: section.user.as_ref().map(ToString::to_string),
                password: section.password.as_ref().map(|password| password.secret.to_string()),
            })
        }
        MailHost::Service(name) => match world.manifest.services.get(name.as_str()) {
            Some(Service::Smtp(smtp)) => Some(of_service(smtp)),
            _ => {
                found.push(
                    Diagnostic::error("unknown-service", format!("there is no mail server `{name}`"))
                        .at(origin, "mail is sent through it")
                        .why("Messages would not leave the host.")
                        .help(format!(
                            "describe it: `services: {{{name}: {{kind: smtp, external: {{host: …}}}}}}`"
                        )),
                );
                None
            }
        },
    }
}

fn of_service(smtp: &SmtpSection) -> Smtp {
    let port = smtp.external.port.map_or(587, |port| port.get());
    Smtp {
        host: smtp.external.host.to_string(),
        port,
        implicit_tls: smtp.tls.map_or(port == 465, |tls| tls == SmtpTls::Implicit),
        user: smtp.user.as_ref().map(ToString::to_string),
        password: smtp.password.as_ref().map(|password| password.secret.to_string()),
    }
}
