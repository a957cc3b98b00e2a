//! The headers of every response, and what changes in them at a location.

use serde::Serialize;

use crate::render::escape;
use crate::site::{Ingress, Pointer};

/// A header whose value is decided once, in `http {}`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Mapped {
    pub(super) origin: Pointer,
    pub(super) name: String,
    /// Variable without its `$`.
    variable: String,
    /// What the map looks at: the service's own header, which wins.
    source: String,
    /// Value of `source` that stands for "not set".
    unset: &'static str,
    /// Escaped by the template.
    value: String,
}

/// An `add_header` line; the value is nginx text already.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Line {
    pub(super) origin: Pointer,
    pub(super) name: String,
    pub(super) value: String,
}

const CONTENT_SECURITY_POLICY: &str =
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'";

const DEFAULTS: &[(&str, &str)] = &[
    ("Strict-Transport-Security", "max-age=63072000"),
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "SAMEORIGIN"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    (
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-site"),
];

/// The headers of an ingress: the defaults, changed or turned off, then its own.
pub(super) fn of(ingress: &Ingress) -> Vec<Mapped> {
    let mut headers: Vec<(&str, &str)> = DEFAULTS.to_vec();
    let policy = ingress.content_security_policy.as_deref();
    let own = ingress
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in policy
        .map(|policy| ("Content-Security-Policy", policy))
        .into_iter()
        .chain(own)
    {
        match headers.iter_mut().find(|known| known.0.eq_ignore_ascii_case(name)) {
            Some(known) => known.1 = value,
            None => headers.push((name, value)),
        }
    }
    headers
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| mapped(&ingress.origin, name, value))
        .collect()
}

fn mapped(origin: &Pointer, name: &str, value: &str) -> Mapped {
    let word: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    let secure = name.eq_ignore_ascii_case("Strict-Transport-Security");
    Mapped {
        origin: origin.clone(),
        name: escape::nginx(name),
        variable: format!("header_{word}"),
        source: if secure {
            format!("$https$upstream_http_{word}")
        } else {
            format!("$upstream_http_{word}")
        },
        unset: if secure { "on" } else { "\"\"" },
        value: value.to_owned(),
    }
}

/// The lines of the snippet that every level includes.
pub(super) fn lines(headers: &[Mapped]) -> Vec<Line> {
    headers
        .iter()
        .map(|header| Line {
            origin: header.origin.clone(),
            name: header.name.clone(),
            value: format!("${}", header.variable),
        })
        .collect()
}

/// What a location sends.
pub(super) struct Sent {
    /// The snippet can be included; otherwise `lines` holds all.
    pub(super) include: bool,
    pub(super) lines: Vec<Line>,
}

/// Lays a location's own headers over those of its server; nginx would send one of each.
pub(super) fn over(server: &[Mapped], own: &[(String, String)], origin: &Pointer) -> Sent {
    let replaces = |header: &Mapped| own.iter().any(|(name, _)| name.eq_ignore_ascii_case(&header.name));
    let include = !server.iter().any(replaces);
    let mut sent = Vec::new();
    if !include {
        let kept: Vec<Mapped> = server.iter().filter(|header| !replaces(header)).cloned().collect();
        sent = lines(&kept);
        sent.push(line(origin, "X-Request-ID", "$request_id"));
    }
    sent.extend(
        own.iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| line(origin, name, &escape::nginx(value))),
    );
    Sent { include, lines: sent }
}

/// A line whose value is nginx text already.
pub(super) fn line(origin: &Pointer, name: &str, value: &str) -> Line {
    Line {
        origin: origin.clone(),
        name: escape::nginx(name),
        value: value.to_owned(),
    }
}
