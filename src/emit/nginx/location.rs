//! Locations in nginx's words.

use serde::Serialize;

use super::headers::{self, Line, Mapped};
use crate::render::escape;
use crate::site::{Ingress, Location, LocationAction, Matcher, Pointer, Proxy, StaticFiles};

#[derive(Debug, Serialize)]
pub(super) struct View {
    origin: Pointer,
    snippets: String,
    /// nginx text.
    matcher: String,
    /// The same path without its slash, which is sent to the one with it.
    bare: Option<Bare>,
    allow: Vec<String>,
    basic_auth: Option<String>,
    rate: Option<Rate>,
    body: Option<u64>,
    expires: Option<u64>,
    include_headers: bool,
    headers: Vec<Line>,
    proxy: Option<ProxyView>,
    files: Option<FilesView>,
    fixed: Option<Fixed>,
    /// Name of the location that gives the fixed answer once access is granted; `return` alone would come before.
    named: Option<String>,
}

#[derive(Debug, Serialize)]
struct Bare {
    /// nginx text.
    matcher: String,
    to: String,
}

#[derive(Debug, Serialize)]
struct Rate {
    zone: String,
    burst: u32,
}

#[derive(Debug, Serialize)]
struct ProxyView {
    upstream: String,
    /// nginx text of the pattern that takes the prefix off.
    rewrite: Option<String>,
    websocket: bool,
    stream: bool,
    timeout: u32,
    cache: Option<Cache>,
}

#[derive(Debug, Serialize)]
struct Cache {
    zone: String,
    seconds: u64,
}

#[derive(Debug, Serialize)]
struct FilesView {
    /// `root …` or `alias …`.
    folder: String,
    fallback: String,
    assets: u64,
    fingerprint: String,
    headers: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Fixed {
    status: u16,
    json: bool,
    /// nginx text.
    text: Option<String>,
}

/// Names that builders give to files whose content never changes: `main.3f2a1b9c.js`, `index-DiwrgTda.css`.
const FINGERPRINT: &str = concat!(
    r"[.-](?:(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{8,64}|(?=[\w-]{0,7}[0-9]|[\w-]{1,7}[A-Z])[\w-]{8})",
    r"\.(?:avif|css|gif|ico|jpe?g|js|json|map|mjs|mp4|otf|png|svg|ttf|wasm|webm|webp|woff2?)$",
);
const LONG_LIVED: u32 = 3600;

/// The locations of a server, most exact first.
pub(super) fn views(snippets: &str, ingress: &Ingress, server: &[Mapped], locations: &[Location]) -> Vec<View> {
    let mut sorted: Vec<&Location> = locations.iter().collect();
    sorted.sort_by_key(|location| rank(location));
    sorted
        .into_iter()
        .enumerate()
        .map(|(index, location)| View {
            bare: bare(location, locations),
            ..view(snippets, ingress, server, location, index)
        })
        .collect()
}

/// Exact ones, then prefixes, then patterns, which nginx tries in this order; the longer before the shorter, and what is
/// closed before all other patterns.
fn rank(location: &Location) -> (u8, std::cmp::Reverse<usize>, &str) {
    let (class, text) = match (&location.matcher, &location.action) {
        (Matcher::Exact(path), _) => (0, path),
        (Matcher::Prefix(path), _) => (1, path),
        (Matcher::Regex(pattern), LocationAction::Closed) => (2, pattern),
        (Matcher::Regex(pattern), _) => (3, pattern),
    };
    (class, std::cmp::Reverse(text.len()), text)
}

fn view(snippets: &str, ingress: &Ingress, server: &[Mapped], location: &Location, index: usize) -> View {
    let origin = &location.origin;
    let mut own = location.headers.clone();
    let mut view = View {
        origin: origin.clone(),
        snippets: snippets.to_owned(),
        matcher: matcher(&location.matcher, needs_slash(&location.action)),
        bare: None,
        allow: location.allow.iter().map(ToString::to_string).collect(),
        basic_auth: location.basic_auth.clone(),
        rate: location.rate.as_ref().map(|rate| Rate {
            zone: rate.zone.clone(),
            burst: rate.burst,
        }),
        body: location.body,
        expires: location
            .expires
            .filter(|_| matches!(location.action, LocationAction::Proxy(_))),
        include_headers: true,
        headers: Vec::new(),
        proxy: None,
        files: None,
        fixed: None,
        named: None,
    };
    let mut last = Vec::new();
    match &location.action {
        LocationAction::Proxy(proxy) => {
            let cached = cache(ingress, proxy);
            if proxy.stream {
                own.push(("X-Accel-Buffering".into(), "no".into()));
            }
            if cached.is_some() {
                last.push(headers::line(origin, "X-Cache-Status", "$upstream_cache_status"));
            }
            view.proxy = Some(proxied(proxy, &location.matcher, cached));
        }
        LocationAction::Files(files) => {
            own.retain(|(name, _)| !name.eq_ignore_ascii_case("Cache-Control"));
            let sent = headers::over(server, &own, origin);
            view.files = Some(served(files, &location.matcher, sent.lines));
            let pages = match files.pages {
                0 => "no-cache".to_owned(),
                seconds => escape::nginx(&format!("public, max-age={seconds}")),
            };
            last.push(headers::line(origin, "Cache-Control", &pages));
        }
        LocationAction::Redirect { to, status } => {
            view.fixed = Some(Fixed {
                status: *status,
                json: false,
                text: Some(escape::nginx(to)),
            });
        }
        LocationAction::Closed => {
            view.fixed = Some(Fixed {
                status: 404,
                json: false,
                text: None,
            });
        }
        LocationAction::Json(body) => {
            view.fixed = Some(Fixed {
                status: 200,
                json: true,
                text: Some(escape::nginx(body)),
            });
        }
    }
    let guarded = !location.allow.is_empty() || location.basic_auth.is_some() || location.rate.is_some();
    view.named = (view.fixed.is_some() && guarded).then(|| format!("@fixed-{index}"));
    let sent = headers::over(server, &own, origin);
    view.include_headers = sent.include;
    if !sent.include || !sent.lines.is_empty() || !last.is_empty() {
        view.headers = sent.lines;
        view.headers.extend(last);
    }
    view
}

/// A folder that stands for a path, and a path that is taken off, must both end at a slash.
fn needs_slash(action: &LocationAction) -> bool {
    match action {
        LocationAction::Proxy(proxy) => proxy.strip_prefix,
        LocationAction::Files(files) => files.alias,
        LocationAction::Redirect { .. } | LocationAction::Json(_) | LocationAction::Closed => false,
    }
}

/// nginx adds a missing slash by itself where it passes requests on, but not for files.
fn bare(location: &Location, all: &[Location]) -> Option<Bare> {
    let (Matcher::Prefix(path), LocationAction::Files(StaticFiles { alias: true, .. })) =
        (&location.matcher, &location.action)
    else {
        return None;
    };
    let path = path.trim_end_matches('/');
    let taken = all.iter().any(|other| other.matcher == Matcher::Exact(path.to_owned()));
    (!path.is_empty() && !taken).then(|| Bare {
        matcher: literal(path),
        to: with_slash(path),
    })
}

fn matcher(matcher: &Matcher, slash: bool) -> String {
    match matcher {
        Matcher::Exact(path) => format!("= {}", literal(path)),
        Matcher::Prefix(path) if slash => literal(&with_slash(path)),
        Matcher::Prefix(path) => literal(path),
        Matcher::Regex(pattern) => format!("~ {}", literal(pattern)),
    }
}

fn with_slash(path: &str) -> String {
    format!("{}/", path.trim_end_matches('/'))
}

/// A parameter that nginx takes as it is, so `$` needs no help; always quoted, so that it begins no modifier.
fn literal(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
    if plain && value.starts_with('/') {
        return value.to_owned();
    }
    let mut text = String::from("\"");
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(if c.is_control() { ' ' } else { c });
    }
    text.push('"');
    text
}

fn proxied(proxy: &Proxy, matcher: &Matcher, cache: Option<Cache>) -> ProxyView {
    let long_lived = proxy.websocket || proxy.stream;
    let rewrite = match matcher {
        Matcher::Prefix(path) if proxy.strip_prefix && with_slash(path) != "/" => {
            let path = with_slash(path);
            Some(literal(&format!("^{}(/.*)$", pattern(path.trim_end_matches('/')))))
        }
        _ => None,
    };
    ProxyView {
        upstream: proxy.upstream.clone(),
        rewrite,
        websocket: proxy.websocket,
        stream: proxy.stream,
        timeout: if long_lived {
            proxy.timeout.max(LONG_LIVED)
        } else {
            proxy.timeout
        },
        cache,
    }
}

/// A pattern that matches just this text.
fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.chars() {
        if r"\^$.|?*+()[]{}".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// The zone of the service's own name, or the one that all share.
fn cache(ingress: &Ingress, proxy: &Proxy) -> Option<Cache> {
    let seconds = proxy.cache?;
    let zones = &ingress.caches;
    let zone = zones
        .iter()
        .find(|zone| zone.name == proxy.upstream)
        .or(zones.first())?;
    Some(Cache {
        zone: zone.name.clone(),
        seconds,
    })
}

fn served(files: &StaticFiles, matcher: &Matcher, headers: Vec<Line>) -> FilesView {
    let prefix = match matcher {
        Matcher::Prefix(path) => with_slash(path),
        Matcher::Exact(_) | Matcher::Regex(_) => "/".to_owned(),
    };
    let folder = if files.alias && matches!(matcher, Matcher::Prefix(_)) {
        format!("alias {}", escape::nginx(&with_slash(&files.root)))
    } else {
        format!("root {}", escape::nginx(&files.root))
    };
    FilesView {
        folder,
        fallback: if files.spa {
            format!("{prefix}index.html")
        } else {
            "=404".to_owned()
        },
        assets: files.assets,
        fingerprint: literal(FINGERPRINT),
        headers,
    }
}
