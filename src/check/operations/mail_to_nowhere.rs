//! Messages that nobody takes.

use crate::check::Rule;
use crate::diag::{Diagnostic, listing};
use crate::site::{ChannelTarget, Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "mail-to-nowhere",
    document: include_str!("mail_to_nowhere.md"),
    find,
};

/// Packages that take mail on a port.
const MAIL: [&str; 6] = [
    "postfix",
    "exim4",
    "exim4-daemon-light",
    "exim4-daemon-heavy",
    "opensmtpd",
    "sendmail-bin",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    site.channels
        .iter()
        .filter_map(|channel| {
            let ChannelTarget::Email { smtp: Some(smtp), .. } = &channel.target else {
                return None;
            };
            let here = smtp.host == "localhost" || smtp.host.starts_with("127.") || smtp.host == "::1";
            let silent: Vec<&str> = site
                .hosts
                .iter()
                .filter(|host| here && !takes_mail(host, smtp.port))
                .map(|host| host.name.as_str())
                .collect();
            if silent.is_empty() {
                return None;
            }
            Some(
                Diagnostic::error(RULE.code, format!("the mail of channel `{}` goes nowhere", channel.name))
                    .at(channel.origin.child("email").child("smtp"), format!("port {} of the host itself", smtp.port))
                    .why(format!("Nothing listens there on {}: a backup would fail without a word.", listing(silent)))
                    .help("name a mail server that is somewhere else, as in `smtp: {host: smtp.example.net, port: 587, user: …, password: {secret: …}}`"),
            )
        })
        .collect()
}

fn takes_mail(host: &Host, port: u16) -> bool {
    let by_package = host
        .packages
        .iter()
        .any(|package| MAIL.contains(&package.name.as_str()));
    let published = || {
        let bindings = host.containers.iter().flat_map(|container| &container.ports);
        bindings.into_iter().any(|binding| binding.host == port)
    };
    let listens = || host.units.iter().any(|unit| unit.ports.contains(&port));
    let opened = || {
        host.openings
            .iter()
            .any(|opening| opening.ports.0 <= port && port <= opening.ports.1)
    };
    let raw = || {
        host.containers
            .iter()
            .any(|container| container.host_network || container.settings.contains_key("ports"))
    };
    by_package || published() || listens() || opened() || raw()
}
