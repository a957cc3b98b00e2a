//! Groups of servers that share the load.

use serde::Serialize;

use crate::render::escape;
use crate::site::{Balance, Pointer, Upstream};

#[derive(Debug, Serialize)]
pub(super) struct View {
    origin: Pointer,
    name: String,
    /// nginx text; it must come before `keepalive`.
    balance: Option<&'static str>,
    servers: Vec<String>,
}

pub(super) fn view(upstream: &Upstream) -> View {
    View {
        origin: upstream.origin.clone(),
        name: upstream.name.clone(),
        balance: match upstream.balance {
            Balance::RoundRobin => None,
            Balance::LeastConn => Some("least_conn"),
            Balance::IpHash => Some("ip_hash"),
        },
        servers: upstream.servers.iter().map(|server| server_words(server)).collect(),
    }
}

/// A server and when it is left out. One of this host that is restarted refuses at once, so it may be asked again soon; one
/// that cannot be reached keeps a request waiting.
fn server_words(server: &str) -> String {
    let here = ["127.0.0.1:", "[::1]:", "unix:"]
        .iter()
        .any(|start| server.starts_with(start));
    let seconds = if here { 2 } else { 10 };
    format!("{} max_fails=3 fail_timeout={seconds}s", server_word(server))
}

fn server_word(server: &str) -> String {
    let bracketed = server.starts_with('[') && server.chars().all(|c| c.is_ascii_hexdigit() || "[]:.".contains(c));
    if bracketed {
        server.to_owned()
    } else {
        escape::nginx(server)
    }
}
