//! How a message gets to a channel: a configuration of curl's, so that no address with a token in it is ever on a
//! command line.

use super::{Artifact, NAME, Site, folder};
use crate::site::{Channel, ChannelTarget, Encoding, Pointer, Smtp, Text};

pub(super) fn files(site: &Site, channel: &Channel) -> Vec<Artifact> {
    let file =
        |suffix: &str, content: String| secret(site, &format!("{}.{suffix}", channel.name), content, &channel.origin);
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

/// What is asked for as a sign of life.
pub(super) fn heartbeat(site: &Site, name: &str, address: &Text, origin: &Pointer) -> Artifact {
    let content = format!("globoff\n{}", config(&[("url", address.clone())]));
    secret(site, &format!("heartbeat.{name}.curl"), content, origin)
}

fn secret(site: &Site, name: &str, content: String, origin: &Pointer) -> Artifact {
    Artifact::new(NAME, folder(site, name), content)
        .mode(0o600)
        .from([origin.clone()])
}

fn post(url: &Text) -> String {
    let options = config(&[
        ("url", url.clone()),
        ("header", Text::literal("Content-Type: application/json")),
        ("data-binary", Text::literal("@-")),
    ]);
    format!("globoff\n{options}")
}

fn mail(to: &[String], from: &str, smtp: &Smtp) -> String {
    // Else it begins in the clear, and must change over.
    let scheme = if smtp.implicit_tls { "smtps" } else { "smtp" };
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
    // Mail servers refuse lines that do not end as theirs do.
    format!("ssl-reqd\ncrlf\n{}", config(&options))
}

fn headers(to: &[String], from: &str) -> String {
    let one_line = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
    format!(
        "From: {}\nTo: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n",
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
