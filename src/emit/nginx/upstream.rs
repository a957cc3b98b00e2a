//! Groups of servers that share the load.

use serde::Serialize;

use super::version::Features;
use crate::render::escape;
use crate::site::{Balance, Pointer, Upstream, UpstreamServer};

#[derive(Debug, Serialize)]
pub(super) struct View {
    origin: Pointer,
    name: String,
    /// nginx text; it must come before `keepalive`.
    balance: Option<&'static str>,
    servers: Vec<String>,
}

pub(super) fn view(upstream: &Upstream, features: &Features) -> View {
    View {
        origin: upstream.origin.clone(),
        name: upstream.name.clone(),
        balance: match upstream.balance {
            Balance::RoundRobin => None,
            Balance::LeastConn => Some("least_conn"),
            Balance::IpHash => Some("ip_hash"),
        },
        servers: upstream
            .servers
            .iter()
            .map(|server| server_words(server, features))
            .collect(),
    }
}

/// A server and when it is left out. One of this host that is restarted refuses at once, so it may be asked again soon; one
/// that cannot be reached keeps a request waiting.
fn server_words(server: &UpstreamServer, features: &Features) -> String {
    let weight = match server.weight {
        1 => String::new(),
        weight => format!(" weight={weight}"),
    };
    let server = server.address.as_str();
    let named = is_named(server);
    let here = named
        || ["127.0.0.1:", "[::1]:", "unix:"]
            .iter()
            .any(|start| server.starts_with(start));
    let seconds = if here { 2 } else { 10 };
    let resolve = if named && features.resolve { " resolve" } else { "" };
    format!(
        "{}{resolve}{weight} max_fails=3 fail_timeout={seconds}s",
        server_word(server)
    )
}

/// A container, which may come back with another address.
fn is_named(server: &str) -> bool {
    !server.starts_with("unix:") && server.parse::<std::net::SocketAddr>().is_err()
}

fn server_word(server: &str) -> String {
    let bracketed = server.starts_with('[') && server.chars().all(|c| c.is_ascii_hexdigit() || "[]:.".contains(c));
    if bracketed {
        server.to_owned()
    } else {
        escape::nginx(server)
    }
}
