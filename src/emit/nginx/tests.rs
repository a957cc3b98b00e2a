//! The facts that an nginx configuration must not lose.

mod fixture;

use super::*;
use crate::site::fixture::{host, site};
use crate::site::*;
use fixture::{certificate, ingress, location, prefix, proxy, upstream_servers};

fn emitted(os: Os) -> Emission {
    let mut host = host("vps");
    host.os = os;
    host.certificates.push(certificate());
    host.ingress = Some(ingress());
    (EMITTER.emit)(&site(), &host)
}

fn content(os: Os, path: &str) -> String {
    let found = emitted(os).artifacts.into_iter().find(|artifact| artifact.path == path);
    found.unwrap_or_else(|| panic!("{path} is emitted")).content
}

fn main_server(os: Os) -> String {
    content(os, "/etc/nginx/acme.d/acme.example.conf")
}

/// The body of a location, nested ones included.
fn body_of(text: &str, matcher: &str) -> String {
    let start = text
        .find(&format!("  location {matcher} {{\n"))
        .unwrap_or_else(|| panic!("{matcher} in {text}"));
    let rest = &text[start..];
    rest[..rest.find("\n  }\n").expect("a location ends")].to_owned()
}

#[test]
fn only_our_own_folder_is_read() {
    let text = content(Os::Debian12, "/etc/nginx/nginx.conf");
    assert!(text.contains("include /etc/nginx/acme.d/*.conf;"));
    assert!(!text.contains("sites-enabled"));
    assert!(text.contains("worker_rlimit_nofile 5120;"));
    assert!(text.contains("limit_req_zone $binary_remote_addr zone=api:10m rate=10r/s;"));
    assert!(text.contains("set_real_ip_from 192.0.2.0/24;"));
    assert!(text.contains("access_log /var/log/nginx/access.log acme buffer=32768 flush=5s;"));
    assert!(text.contains("proxy_cache_path /var/cache/nginx/acme "));
}

#[test]
fn each_version_gets_what_it_understands() {
    let old = main_server(Os::Debian12);
    assert!(
        old.contains("listen 443 ssl http2;") && !old.contains("http2 on;"),
        "{old}"
    );
    let new = main_server(Os::Debian13);
    assert!(
        new.contains("listen 443 ssl;\n") && new.contains("  http2 on;\n"),
        "{new}"
    );
    let default = |os| content(os, "/etc/nginx/acme.d/default.conf");
    assert!(default(Os::Debian12).contains("ssl_reject_handshake on;"));
    let oldest = default(Os::Ubuntu2204);
    assert!(!oldest.contains("ssl_reject_handshake"), "{oldest}");
    assert!(
        oldest.contains("ssl_certificate /etc/acme/tls/acme.example/fullchain.pem;"),
        "{oldest}"
    );
    let tls = |os| content(os, "/etc/nginx/snippets/acme-tls.conf");
    assert!(tls(Os::Debian12).contains("ssl_session_tickets off;") && !tls(Os::Debian13).contains("tickets"));
    assert!(
        tls(Os::Debian13).contains("ssl_ecdh_curve ?X25519MLKEM768:X25519:") && !tls(Os::Ubuntu2404).contains("MLKEM")
    );
}

#[test]
fn challenges_come_before_the_redirect() {
    let text = main_server(Os::Debian12);
    let challenge = text
        .find("location ^~ /.well-known/acme-challenge/ {\n    root /var/lib/acme/acme-webroot;")
        .unwrap();
    assert!(challenge < text.find("return 301 https://$host$request_uri;").unwrap());
    assert!(
        text.contains("return 301 https://acme.example$request_uri;"),
        "www goes to the first name"
    );
    let plain = content(Os::Debian12, "/etc/nginx/acme.d/plain.acme.example.conf");
    assert!(!plain.contains("301") && plain.contains("acme-challenge"), "{plain}");
}

#[test]
fn locations_are_ordered_and_lose_no_header() {
    let text = main_server(Os::Debian12);
    let at = |matcher: &str| {
        text.find(&format!("location {matcher} {{"))
            .unwrap_or_else(|| panic!("{matcher}"))
    };
    assert!(at("= /.well-known/matrix/server") < at("/api/upload"));
    assert!(at("/api/upload") < at("/api/"));
    assert!(at("/") < at(r#"~ "^/x\\d+\\.php$""#));
    let passed = text.matches("proxy_pass http://acme-api;").count();
    assert_eq!(
        text.matches("include /etc/nginx/snippets/acme-proxy.conf;").count(),
        passed
    );
    for location in text
        .split("location ")
        .filter(|location| location.contains("add_header"))
    {
        let whole = location.contains("acme-headers.conf") || location.contains("add_header X-Content-Type-Options");
        assert!(whole, "{location}");
    }
}

#[test]
fn websockets_and_events_pass_unbuffered_and_long() {
    let text = main_server(Os::Debian12);
    let socket = body_of(&text, "/socket.io/");
    assert!(socket.contains("proxy_set_header Upgrade $websocket;") && socket.contains("proxy_read_timeout 3600s;"));
    let events = body_of(&text, "/api/events");
    for line in [
        "proxy_buffering off;",
        "gzip off;",
        "add_header X-Accel-Buffering no always;",
        "proxy_read_timeout 3600s;",
    ] {
        assert!(events.contains(line), "{line}");
    }
}

#[test]
fn limits_guards_and_prefixes() {
    let text = main_server(Os::Debian12);
    assert!(body_of(&text, "/api/").contains("limit_req zone=api burst=20 nodelay;"));
    assert!(body_of(&text, "/api/upload").contains("client_max_body_size 104857600;"));
    let admin = body_of(&text, "/admin/");
    assert!(admin.contains("allow 198.51.100.0/24;\n    deny all;"));
    assert!(admin.contains("rewrite \"^/admin(/.*)$\" $1 break;"));
    assert!(admin.contains("proxy_set_header Authorization \"\";"));
    assert_eq!(
        admin.matches("X-Frame-Options").count(),
        1,
        "the location's own replaces the default: {admin}"
    );
    let internal = body_of(&text, "= /internal");
    assert!(
        !internal.contains("return"),
        "a return would come before the access check: {internal}"
    );
    assert!(
        text.contains(
            "return 200 \"{\\\"m.server\\\": \\\"m.acme.example:443\\\", \\\"price\\\": \\\"${dollar}5\\\"}\";"
        )
    );
}

#[test]
fn files_are_cached_by_their_names() {
    let text = main_server(Os::Debian12);
    let root = body_of(&text, "/");
    assert!(root.contains("return 301"), "the first one redirects");
    let site = text.rsplit("  location / {\n    include").next().unwrap();
    assert!(site.contains("try_files $uri $uri/ /index.html;"));
    assert!(site.contains("add_header Cache-Control no-cache always;"));
    assert!(site.contains("add_header Cache-Control \"public, max-age=31536000, immutable\";"));
    assert!(site.contains("location ~ ^.*/\\.(?!well-known/) {\n      return 404;"));
    let docs = body_of(&text, "/docs/");
    assert!(docs.contains("alias /opt/acme/web/current/;") && docs.contains("=404;"));
    assert!(text.contains("location = /docs {\n    return 301 /docs/;"));
}

#[test]
fn default_headers_can_be_changed_and_turned_off() {
    let text = content(Os::Debian12, "/etc/nginx/nginx.conf");
    assert!(!text.contains("permissions_policy"), "an empty value turns it off");
    assert!(text.contains("    \"\" \"a ${dollar}b \\\"c\\\"\";"), "{text}");
    assert!(text.contains("map $https$upstream_http_strict_transport_security $header_strict_transport_security {\n    default \"\";\n    on max-age=63072000;"));
}

#[test]
fn upstreams_balance_before_they_keep_alive() {
    let text = content(Os::Debian12, "/etc/nginx/acme.d/upstreams.conf");
    assert!(text.find("least_conn;").unwrap() < text.find("keepalive 32;").unwrap());
    assert!(text.contains("server [2001:db8::1]:3000 max_fails=3 fail_timeout=10s;"));
    assert!(text.contains("server unix:/run/acme/api.sock max_fails"));
}

#[test]
fn hostile_text_stays_one_parameter() {
    let mut host = host("vps");
    let mut ingress = ingress();
    ingress.headers = vec![("X-Own".into(), "a\"; } server { listen 81; }\n#".into())];
    ingress.servers[0].locations = vec![
        prefix("/a b\"; } # $x", proxy()),
        location(
            Matcher::Regex("^/a\"{1}\\".into()),
            LocationAction::Redirect {
                to: "/\"; return 200 \"".into(),
                status: 302,
            },
        ),
    ];
    host.ingress = Some(ingress);
    let emission = (EMITTER.emit)(&site(), &host);
    let text: String = emission
        .artifacts
        .iter()
        .map(|artifact| artifact.content.as_str())
        .collect();
    assert!(text.contains(r#"location "/a b\"; } # $x" {"#), "{text}");
    assert!(text.contains(r#"location ~ "^/a\"{1}\\" {"#), "{text}");
    assert!(text.contains(r#"return 302 "/\"; return 200 \"";"#), "{text}");
    assert!(text.contains(r#""" "a\"; } server { listen 81; } #";"#), "{text}");
}

#[test]
fn placeholders_come_before_the_check() {
    let actions = emitted(Os::Debian12).actions;
    let check = actions
        .iter()
        .find(|action| action.name == "nginx")
        .unwrap()
        .check
        .clone()
        .unwrap();
    assert_eq!(check, "/usr/local/sbin/acme-certificate placeholders && nginx -t -q");
}

fn contained() -> Emission {
    let mut host = host("vps");
    host.certificates.push(certificate());
    let mut ingress = ingress();
    ingress.runtime = IngressRuntime::Container {
        name: "ingress".into(),
        image: "nginx:1.30".into(),
    };
    ingress.upstreams[0].servers = upstream_servers(&["api-1:3000", "10.0.0.3:3000"]);
    ingress.upstreams[0].servers[1].weight = 3;
    host.ingress = Some(ingress);
    (EMITTER.emit)(&site(), &host)
}

#[test]
fn a_container_has_the_same_files_elsewhere() {
    let (native, contained) = (emitted(Os::Debian13), contained());
    let names = |emission: &Emission, folder: &str| -> Vec<String> {
        let paths = emission.artifacts.iter().map(|artifact| artifact.path.as_str());
        let below = paths.filter_map(|path| path.strip_prefix(folder));
        below
            .filter(|path| *path != "/acme.d/health.conf")
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(names(&native, "/etc/nginx"), names(&contained, "/etc/acme/nginx"));
    assert!(contained.packages.iter().all(|package| package.name != "nginx"));
    assert!(contained.enabled.is_empty(), "the engine starts it");
    for artifact in &contained.artifacts {
        let of_image = ["/etc/nginx/mime.types"];
        let rest = of_image
            .iter()
            .fold(artifact.content.clone(), |text, path| text.replace(path, ""));
        assert!(!rest.contains("/etc/nginx/"), "{}: {rest}", artifact.path);
    }
}

#[test]
fn a_container_is_found_again_by_its_name() {
    let emission = contained();
    let text = |name: &str| {
        let mut artifacts = emission.artifacts.iter();
        let found = artifacts.find(|artifact| artifact.path.ends_with(name));
        found.unwrap_or_else(|| panic!("{name}")).content.clone()
    };
    let upstreams = text("upstreams.conf");
    assert!(
        upstreams.contains("server api-1:3000 resolve max_fails=3 fail_timeout=2s;"),
        "{upstreams}"
    );
    assert!(upstreams.contains("server 10.0.0.3:3000 weight=3 max_fails=3 fail_timeout=10s;"));
    let main = text("/nginx.conf");
    assert!(main.contains("resolver 127.0.0.11 valid=2s ipv6=off;") && main.contains("user nginx;"));
    assert!(!main.contains("modules-enabled"));
    assert!(text("logrotate.d/nginx").contains("kill --signal USR1 ingress"));
}

#[test]
fn staged_files_are_tested_by_the_image_before_a_reload() {
    let emission = contained();
    let action = emission.actions.iter().find(|action| action.name == "nginx").unwrap();
    let check = action.check.as_deref().unwrap();
    assert!(check.starts_with(
        "/usr/local/sbin/acme-certificate placeholders && tar -C / -c etc/acme/nginx etc/acme/tls | docker run "
    ));
    assert!(check.contains(" nginx:1.30 ") && check.contains("nginx -t -q -c /etc/acme/nginx/nginx.conf"));
    assert!(
        action
            .run
            .as_deref()
            .unwrap()
            .ends_with("exec --no-TTY ingress nginx -c /etc/acme/nginx/nginx.conf -s reload")
    );
}

#[test]
fn closed_paths_come_before_other_patterns() {
    let mut host = host("vps");
    let mut ingress = ingress();
    ingress.servers[0].locations = vec![
        location(
            Matcher::Regex("^/api/a-much-longer-one-than-the-other$".into()),
            LocationAction::Proxy(proxy()),
        ),
        location(Matcher::Regex("(?i)^/metrics(?:/|$)".into()), LocationAction::Closed),
    ];
    host.ingress = Some(ingress);
    let emission = (EMITTER.emit)(&site(), &host);
    let server = emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path.ends_with("acme.d/acme.example.conf"));
    let text = &server.unwrap().content;
    let closed = text
        .find("location ~ \"(?i)^/metrics(?:/|$)\" {\n    return 404;\n  }")
        .expect("it is closed");
    assert!(closed < text.find("a-much-longer-one").unwrap());
}

#[test]
fn a_site_can_be_closed_and_its_answers_forgotten() {
    let emission = emitted(Os::Debian12);
    let text = |name: &str| {
        let mut artifacts = emission.artifacts.iter();
        artifacts
            .find(|artifact| artifact.path == name)
            .unwrap()
            .content
            .clone()
    };
    assert!(text("/etc/nginx/nginx.conf").contains("include /var/lib/acme/maintenance/*.http;"));
    let server = main_server(Os::Debian12);
    assert!(server.contains("include /var/lib/acme/maintenance/*.server;\n  error_page 503 @closed;"));
    assert!(text("/usr/local/sbin/acme-cache-purge").contains("readonly CACHES=(/var/cache/nginx/acme)"));
    assert!(text("/usr/local/sbin/acme-maintenance").contains("nginx -t -q && systemctl reload nginx.service"));
}
