//! Names, and what they lead to.

mod doubled_domain;
mod name_taken;
mod pointless_use;
mod redirect_loop;
mod redirect_unanswered;
mod same_name;
mod same_variable;
mod unserved_files;

use super::Rule;
use crate::check::web::{Answers, Found, Served};
use crate::site::{Location, LocationAction};
pub(super) use doubled_domain::is_doubled;

/// By code.
pub(super) const RULES: &[Rule] = &[
    doubled_domain::RULE,
    name_taken::RULE,
    pointless_use::RULE,
    redirect_loop::RULE,
    redirect_unanswered::RULE,
    same_name::RULE,
    same_variable::RULE,
    unserved_files::RULE,
];

/// Where a redirect sends to.
enum Sent<'a> {
    Location(Served<'a>, &'a Location),
    /// One of ours that has nothing for the path.
    Nothing(&'a str),
    /// A host that no server of ours answers for.
    Host(String),
    /// A port or a pattern that rules cannot follow.
    Unknown,
}

/// Where a location sends to; none if it answers itself.
fn sent<'a>(served: Served<'a>, location: &'a Location) -> Option<Sent<'a>> {
    let LocationAction::Redirect { to, status } = &location.action else {
        return None;
    };
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    if to.starts_with('/') && !to.starts_with("//") {
        return Some(found(served, to));
    }
    let url = url::Url::parse(to).ok()?;
    let name = url.host_str()?;
    if url.port().is_some() {
        return Some(Sent::Unknown);
    }
    let (_, rest) = to.split_once("://")?;
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    let server = match served.ingress.answers(name) {
        Some(Answers::Itself(server) | Answers::Redirects(server)) => server,
        None => return Some(Sent::Host(name.to_owned())),
    };
    if server.listen != served.server.listen || (url.scheme() == "https" && server.certificate.is_none()) {
        return Some(Sent::Unknown);
    }
    Some(found(Served { server, ..served }, path))
}

fn found<'a>(served: Served<'a>, path: &'a str) -> Sent<'a> {
    match served.server.find(path) {
        Found::Location(location) => Sent::Location(served, location),
        Found::Nothing => Sent::Nothing(path),
        Found::Unknown => Sent::Unknown,
    }
}
