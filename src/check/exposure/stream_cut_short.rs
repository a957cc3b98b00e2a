//! Long connections with a short timeout.

use crate::check::Rule;
use crate::check::web::locations;
use crate::diag::Diagnostic;
use crate::site::{LocationAction, Site};

pub(super) const RULE: Rule = Rule {
    code: "stream-cut-short",
    document: include_str!("stream_cut_short.md"),
    find,
};

/// Seconds between two signs of life of the usual libraries: 25 (Socket.IO) to 30.
const HEARTBEAT: u32 = 30;

fn find(site: &Site) -> Vec<Diagnostic> {
    locations(site)
        .into_iter()
        .filter_map(|(_, location)| {
            let LocationAction::Proxy(proxy) = &location.action else {
                return None;
            };
            let what = match (proxy.websocket, proxy.stream) {
                (true, _) => "websocket",
                (false, true) => "stream",
                (false, false) => return None,
            };
            if proxy.timeout > HEARTBEAT {
                return None;
            }
            Some(
                Diagnostic::warning(RULE.code, format!("quiet connections end after {} seconds", proxy.timeout))
                    .at(location.origin.child("timeout"), "nginx closes it when nothing came for so long")
                    .at(location.origin.child(what), "and this is for connections that stay")
                    .why("The usual libraries give a sign of life every 25 to 30 seconds: the connection is cut before, and clients reconnect without end.")
                    .help("leave `timeout` out, as its default here is 1h, or give it more than a minute"),
            )
        })
        .collect()
}
