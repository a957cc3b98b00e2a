//! The headers that answers have: of all names, and of one path.

use std::collections::BTreeMap;

use crate::manifest::{HeaderValue, Ingress, Path, Route};

/// The Content-Security-Policy, and the others that all names send.
pub(super) fn of_all(section: &Ingress) -> (Option<String>, Vec<(String, String)>) {
    let known = &section.headers;
    let pairs = [
        ("Strict-Transport-Security", &known.strict_transport_security),
        ("Referrer-Policy", &known.referrer_policy),
        ("Permissions-Policy", &known.permissions_policy),
        ("X-Frame-Options", &known.x_frame_options),
        ("X-Content-Type-Options", &known.x_content_type_options),
        ("Cross-Origin-Opener-Policy", &known.cross_origin_opener_policy),
        ("Cross-Origin-Resource-Policy", &known.cross_origin_resource_policy),
        ("Cross-Origin-Embedder-Policy", &known.cross_origin_embedder_policy),
    ];
    let mut headers: Vec<(String, String)> = pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), text(value.as_ref()?))))
        .collect();
    headers.extend(known.other.iter().map(|(name, value)| (name.to_string(), text(value))));
    (known.content_security_policy.as_ref().map(text), headers)
}

/// Those of a path, and of its name where the path says nothing else.
pub(super) fn of_path(answer: &Path, route: &Route) -> Vec<(String, String)> {
    let shared = route.options.headers.iter();
    let all: BTreeMap<String, String> = shared
        .chain(&answer.options.headers)
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect();
    all.into_iter().collect()
}

/// The text of a header; empty leaves it out.
fn text(value: &HeaderValue) -> String {
    match value {
        HeaderValue::Off => String::new(),
        HeaderValue::Set(value) => value.to_string(),
    }
}
