//! How a message gets to a channel: a configuration of curl's, so that no address with a token in it is ever on a
//! command line.

use super::{Artifact, BackupPlan, NAME, Site, folder, plan};
use crate::site::{Channel, ChannelTarget, Encoding, Smtp, Text};

pub(super) fn files(site: &Site, backup: &BackupPlan) -> Vec<Artifact> {
    plan::channels(site, backup)
        .into_iter()
        .flat_map(|channel| channel_files(site, channel))
        .collect()
}

fn channel_files(site: &Site, channel: &Channel) -> Vec<Artifact> {
    let file = |suffix: &str, content: String| {
        Artifact::new(
            NAME,
            folder(site, &format!("notify-{}.{suffix}", channel.name)),
            content,
        )
        .mode(0o600)
        .from([channel.origin.clone()])
    };
    match &channel.target {
        ChannelTarget::Slack { webhook } => vec![file("curl", post(&Text::secret(webhook)))],
        ChannelTarget::Webhook { url } => vec![file("curl", post(url))],
        ChannelTarget::Email { to, from, smtp } => {
            let mut files = vec![file("headers", headers(to, from))];
            files.extend(smtp.as_ref().map(|smtp| file("curl", mail(to, from, smtp))));
            files
        }
    }
}

fn post(url: &Text) -> String {
    config(&[
        ("url", url.clone()),
        ("header", Text::literal("Content-Type: application/json")),
        ("data-binary", Text::literal("@-")),
    ])
}

fn mail(to: &[String], from: &str, smtp: &Smtp) -> String {
    // Port 465 speaks TLS from the first byte, the others begin in the clear and must change over.
    let scheme = if smtp.port == 465 { "smtps" } else { "smtp" };
    let mut options = vec![
        ("url", Text::literal(format!("{scheme}://{}:{}", smtp.host, smtp.port))),
        ("mail-from", Text::literal(from)),
    ];
    options.extend(to.iter().map(|to| ("mail-rcpt", Text::literal(to))));
    if let (Some(user), Some(password)) = (&smtp.user, &smtp.password) {
        options.push((
            "user",
            Text::literal(format!("{user}:")).and_secret(password, Encoding::Conf),
        ));
    }
    options.push(("upload-file", Text::literal("-")));
    format!("ssl-reqd\n{}", config(&options))
}

fn headers(to: &[String], from: &str) -> String {
    let one_line = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    format!(
        "From: {}\nTo: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n",
        one_line(from),
        one_line(&to.join(", "))
    )
}

fn config(options: &[(&str, Text)]) -> String {
    let quoted = |text: &str| {
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace(char::is_control, " ")
    };
    options
        .iter()
        .map(|(name, value)| format!("{name} = \"{}\"\n", value.write(quoted, Encoding::Conf)))
        .collect()
}
