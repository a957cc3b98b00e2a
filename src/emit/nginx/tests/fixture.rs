//! An ingress with one of everything.

use crate::site::fixture::at;
use crate::site::*;

pub(super) fn location(matcher: Matcher, action: LocationAction) -> Location {
    Location {
        origin: at("/routes/@/paths/x"),
        matcher,
        action,
        rate: None,
        body: None,
        allow: Vec::new(),
        basic_auth: None,
        headers: Vec::new(),
        expires: None,
    }
}

pub(super) fn proxy() -> Proxy {
    Proxy {
        upstream: "acme-api".into(),
        strip_prefix: false,
        websocket: false,
        stream: false,
        timeout: 60,
        cache: None,
    }
}

pub(super) fn prefix(path: &str, proxy: Proxy) -> Location {
    location(Matcher::Prefix(path.into()), LocationAction::Proxy(proxy))
}

fn files(path: &str, alias: bool) -> Location {
    location(
        Matcher::Prefix(path.into()),
        LocationAction::Files(StaticFiles {
            root: "/opt/acme/web/current".into(),
            spa: !alias,
            assets: 31_536_000,
            pages: 0,
            alias,
        }),
    )
}

fn fixed(matcher: Matcher, body: &str) -> Location {
    location(matcher, LocationAction::Json(body.into()))
}

pub(super) fn ingress() -> Ingress {
    let locations = vec![
        files("/", false),
        files("/docs", true),
        Location {
            rate: Some(RateLimit {
                zone: "api".into(),
                burst: 20,
            }),
            ..prefix("/api/", proxy())
        },
        Location {
            body: Some(100 << 20),
            ..prefix("/api/upload", proxy())
        },
        prefix(
            "/api/events",
            Proxy {
                stream: true,
                ..proxy()
            },
        ),
        prefix(
            "/socket.io/",
            Proxy {
                websocket: true,
                ..proxy()
            },
        ),
        prefix(
            "/cached/",
            Proxy {
                cache: Some(300),
                ..proxy()
            },
        ),
        Location {
            allow: vec!["198.51.100.0/24".parse().unwrap()],
            basic_auth: Some("/etc/acme/secrets/htpasswd".into()),
            headers: vec![
                ("X-Frame-Options".into(), "DENY".into()),
                ("X-Robots-Tag".into(), "noindex".into()),
            ],
            ..prefix(
                "/admin",
                Proxy {
                    strip_prefix: true,
                    ..proxy()
                },
            )
        },
        fixed(
            Matcher::Exact("/.well-known/matrix/server".into()),
            r#"{"m.server": "m.acme.example:443", "price": "$5"}"#,
        ),
        Location {
            allow: vec!["198.51.100.0/24".parse().unwrap()],
            ..fixed(Matcher::Exact("/internal".into()), "{}")
        },
        location(
            Matcher::Prefix("/old/".into()),
            LocationAction::Redirect {
                to: "/new/".into(),
                status: 301,
            },
        ),
        location(Matcher::Regex(r"^/x\d+\.php$".into()), LocationAction::Proxy(proxy())),
    ];
    let server = |names: &[&str], certificate: Option<&str>, locations| Server {
        origin: at("/routes/@"),
        names: names.iter().map(|&name| name.into()).collect(),
        redirects: Vec::new(),
        certificate: certificate.map(Into::into),
        listen: Vec::new(),
        http_challenge: true,
        locations,
        incomplete: false,
    };
    Ingress {
        origin: at("/ingress"),
        runtime: IngressRuntime::Native,
        worker_connections: 2048,
        trusted_proxies: vec!["192.0.2.0/24".parse().unwrap()],
        real_ip_header: "X-Forwarded-For".into(),
        content_security_policy: None,
        headers: vec![
            ("Permissions-Policy".into(), String::new()),
            ("X-Own".into(), "a $b \"c\"".into()),
        ],
        include: Vec::new(),
        access_log: true,
        log_buffer: Some(32_768),
        error_pages: Some("/etc/acme/error-pages".into()),
        servers: vec![
            Server {
                redirects: vec!["www.acme.example".into()],
                ..server(&["acme.example"], Some("acme.example"), locations)
            },
            server(&["*.acme.example"], Some("acme.example"), vec![prefix("/", proxy())]),
            server(&["plain.acme.example"], None, vec![prefix("/", proxy())]),
        ],
        upstreams: vec![Upstream {
            name: "acme-api".into(),
            origin: at("/services/api"),
            servers: upstream_servers(&[
                "127.0.0.1:3000",
                "127.0.0.1:3001",
                "unix:/run/acme/api.sock",
                "[2001:db8::1]:3000",
            ]),
            balance: Balance::LeastConn,
        }],
        rates: vec![RateZone {
            name: "api".into(),
            origin: at("/routes/@/rate"),
            rate: "10r/s".into(),
        }],
        caches: vec![CacheZone {
            name: "acme".into(),
            origin: at("/ingress"),
            size: 1 << 30,
        }],
    }
}

pub(super) fn certificate() -> Certificate {
    Certificate {
        name: "acme.example".into(),
        origin: at("/tls"),
        names: vec!["acme.example".into(), "*.acme.example".into()],
        issuer: Issuer::Internal,
        used_by: vec!["nginx".into()],
        readers: Vec::new(),
    }
}

pub(super) fn upstream_servers(addresses: &[&str]) -> Vec<UpstreamServer> {
    let servers = addresses.iter().map(|address| UpstreamServer {
        address: (*address).to_owned(),
        weight: 1,
    });
    servers.collect()
}
