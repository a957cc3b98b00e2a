//! Messages to people: one program, the same on every host, and the host's channels as data.
//!
//! Whoever has something to tell calls `SITE-notify`: it knows what was told last, so that each change is told once, and keeps
//! what a channel did not take.

mod channel;

use super::{Artifact, Emission, Emitter};
use crate::render::escape;
use crate::site::{Channel, ChannelTarget, Directory, Host, Package, Site};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "notify";

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    let told = host.told();
    let channels: Vec<&Channel> = site
        .channels
        .iter()
        .filter(|channel| told.contains(channel.name.as_str()))
        .collect();
    let heartbeats = host.heartbeats();
    if channels.is_empty() && heartbeats.is_empty() {
        return emission;
    }
    let origins: Vec<_> = channels
        .iter()
        .map(|channel| channel.origin.clone())
        .chain(heartbeats.iter().map(|(_, _, origin)| (*origin).clone()))
        .collect();
    emission.artifacts.push(
        Artifact::new(
            NAME,
            format!("/usr/local/sbin/{}-notify", site.name),
            include_str!("notify.sh"),
        )
        .mode(0o755)
        .from(origins.clone()),
    );
    emission.artifacts.push(
        Artifact::new(NAME, folder(site, "channels.tsv"), records(site, host, &channels))
            .mode(0o600)
            .from(origins),
    );
    for channel in channels {
        emission.artifacts.extend(channel::files(site, channel));
    }
    emission.artifacts.extend(
        heartbeats
            .into_iter()
            .map(|(name, address, origin)| channel::heartbeat(site, name, address, origin)),
    );
    emission.directories.push(Directory {
        path: format!("/var/lib/{}/notify", site.name),
        origin: host.origin.clone(),
        owner: "root".into(),
        group: "root".into(),
        mode: 0o700,
    });
    emission.packages = ["curl", "jq"].map(Package::of_distribution).into();
    emission
}

/// A file of the program's folder.
fn folder(site: &Site, name: &str) -> String {
    format!("{}/notify/{name}", site.etc())
}

fn records(site: &Site, host: &Host, channels: &[&Channel]) -> String {
    let label = format!("{}.{}", site.environment, host.name);
    let mut text = format!(
        "# Who hears of what happens on this host; {}-notify says what the fields are.\n",
        site.name
    );
    let mut line = |fields: [&str; 3]| {
        text.push_str(&escape::fields(&fields));
        text.push('\n');
    };
    line(["host", &label, &host.name]);
    for channel in channels {
        let kind = match &channel.target {
            ChannelTarget::Slack { .. } => "slack",
            ChannelTarget::Webhook { .. } => "webhook",
            ChannelTarget::Email { smtp: Some(_), .. } => "email",
            ChannelTarget::Email { smtp: None, .. } => "sendmail",
        };
        line(["channel", &channel.name, kind]);
    }
    text
}

#[cfg(test)]
mod tests;
