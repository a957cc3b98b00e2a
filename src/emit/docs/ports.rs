//! What the firewalls let through.

use super::table::table;
use super::{Section, listed};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{Host, Opening, Protocol, Site};

const HEADER: [&str; 4] = ["Port", "Protocol", "From", "For"];

fn row(opening: &Opening) -> [String; 4] {
    let (first, last) = opening.ports;
    let ports = if first == last {
        first.to_string()
    } else {
        format!("{first}–{last}")
    };
    let protocol = match opening.protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
    };
    let from = if opening.from.is_empty() {
        "everywhere".to_owned()
    } else {
        listed(opening.from.iter().map(|network| code(&network.to_string())))
    };
    let over = opening.interface.as_ref();
    let over = over
        .map(|interface| format!(" over {}", code(interface)))
        .unwrap_or_default();
    let limit = if opening.limit { ", six connections in 30 s" } else { "" };
    [
        ports,
        protocol.into(),
        format!("{from}{over}{limit}"),
        text(&opening.comment),
    ]
}

pub(super) fn on_host(host: &Host) -> String {
    let rows: Vec<_> = host.openings.iter().map(row).collect();
    let rows = table(HEADER, &rows);
    if host.hardening.firewall {
        format!(
            "## Open ports\n\nAll else is closed, the published ports of containers too.\n\n{rows}\n`ufw status verbose` shows \
             the rules as they are. A rule that was added by hand is drift: `./install.sh --check` tells it, and the next \
             apply asks for `--force` to replace it.\n"
        )
    } else {
        format!("## Open ports\n\nThis host has no firewall of ours. What is meant to be reached:\n\n{rows}")
    }
}

pub(super) fn everywhere(site: &Site) -> Section {
    let rows: Vec<[String; 5]> = site
        .hosts
        .iter()
        .flat_map(|host| {
            host.openings.iter().map(|opening| {
                let [port, protocol, from, purpose] = row(opening);
                [text(&host.name), port, protocol, from, purpose]
            })
        })
        .collect();
    let [port, protocol, from, purpose] = HEADER;
    let rows = table(["Host", port, protocol, from, purpose], &rows);
    let open: Vec<String> = site
        .hosts
        .iter()
        .filter(|host| !host.hardening.firewall)
        .map(|host| text(&host.name))
        .collect();
    let note = if open.is_empty() {
        "The firewall of each host closes all else.\n".to_owned()
    } else {
        format!("No firewall of ours on: {}.\n", open.join(", "))
    };
    (!rows.is_empty()).then(|| format!("## Open ports\n\n{rows}\n{note}"))
}
