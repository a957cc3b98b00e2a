//! `pg_hba.conf`: one line for each way that a client really comes, and nothing else.

use serde::Serialize;

use super::replication::{Members, ROLE};
use super::roles::Login;
use crate::manifest::services::Postgres;
use crate::render::escape::sql_identifier;
use crate::render::{Language, Rendered, render};
use crate::site::Pointer;

#[derive(Serialize)]
struct View {
    origin: Pointer,
    lines: Vec<Line>,
}

#[derive(Serialize, PartialEq, Eq)]
struct Line {
    origin: Pointer,
    text: String,
}

/// `host` is where the server runs. In a container, clients of the host come over the gateway of one of its networks.
pub(super) fn write(
    postgres: &Postgres,
    origin: &Pointer,
    logins: &[Login<'_>],
    host: &str,
    in_container: bool,
    members: Option<&Members>,
) -> Rendered {
    let mut lines: Vec<Line> = Vec::new();
    for login in logins {
        for client in &login.clients {
            let kind = if postgres.is_encrypted(client.host != host, client.tunnel) {
                "hostssl"
            } else {
                "host"
            };
            let near = client.host == host && (client.network.is_some() || in_container);
            let on_host = client.host == host && client.from.iter().any(|net| net.addr().is_loopback());
            if on_host && !in_container {
                lines.push(line("local", login, "", &client.origin));
            }
            if near {
                lines.push(line(kind, login, "samenet", &client.origin));
            } else {
                lines.extend(
                    client
                        .from
                        .iter()
                        .map(|net| line(kind, login, &net.to_string(), &client.origin)),
                );
            }
        }
    }
    if in_container {
        // Whom the health check names: refused, it would fill the log.
        let text = "host    \"postgres\"               \"postgres\"               127.0.0.1/32         scram-sha-256"
            .to_owned();
        lines.push(Line {
            origin: origin.clone(),
            text,
        });
    }
    // Each lets the others follow it: it may be the primary tomorrow.
    for (members, other) in members
        .iter()
        .flat_map(|members| members.others(host).map(move |other| (members, other)))
    {
        let kind = if members.encrypted { "hostssl" } else { "host" };
        let address = ipnet::IpNet::from(other.address).to_string();
        let text = format!(
            "{kind:<8}{:<24} {:<24} {address:<20} scram-sha-256",
            "replication",
            sql_identifier(ROLE)
        );
        lines.push(Line {
            origin: members.origin.clone(),
            text,
        });
    }
    let mut seen = std::collections::BTreeSet::new();
    lines.retain(|line| seen.insert(line.text.clone()));
    render(
        Language::Postgres,
        "postgres/hba",
        include_str!("pg_hba.conf.hbs"),
        &View {
            origin: origin.clone(),
            lines,
        },
    )
}

fn line(kind: &str, login: &Login<'_>, address: &str, origin: &Pointer) -> Line {
    let (database, user) = (sql_identifier(&login.database), sql_identifier(&login.name));
    let text = format!("{kind:<8}{database:<24} {user:<24} {address:<20} scram-sha-256");
    Line {
        origin: origin.clone(),
        text,
    }
}
