//! The names that the world knows: routes become virtual servers with locations.

use std::collections::BTreeMap;

use super::{World, at, host_mut, placement};
use crate::diag::{Diagnostic, listing, suggest};
use crate::kind::{PlacedProcess, Secrets};
use crate::manifest::services::{App, Static};
use crate::manifest::values::{PathMatch, RatePer, RoutePath, TrustedProxy};
use crate::manifest::{
    Answer, Auth, Balance as ManifestBalance, HeaderValue, Path, PathOptions, Route, Service, Switch,
};
use crate::site::*;

/// The web server of each host of `ingress.on`; gives the names of those hosts.
pub(super) fn ingress(
    world: &World<'_>,
    hosts: &mut [Host],
    secrets: &mut Secrets,
    found: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let section = &world.manifest.ingress;
    let routes = routes(world, found);
    if routes.is_empty() {
        return Vec::new();
    }
    let Some(on) = placement::hosts_of(&section.on, &at(["ingress"]), "the web server", hosts, found) else {
        return Vec::new();
    };
    for name in &on {
        let private = hosts.iter().map(|host| (host.name.clone(), host.private)).collect();
        let mut build = Build {
            world,
            host: name,
            private,
            ingress: empty(world),
            secrets,
            found,
            needs: Vec::new(),
        };
        for (host_name, route, origin) in &routes {
            build.server(host_name, route, origin);
        }
        let Build { ingress, needs, .. } = build;
        let host = host_mut(hosts, name);
        host.files.extend(needs);
        host.ingress = Some(ingress);
    }
    on
}

/// The routes as written, and those that `at:` of a service stands for, by absolute name.
fn routes(world: &World<'_>, found: &mut Vec<Diagnostic>) -> Vec<(String, Route, Pointer)> {
    let domain = &world.manifest.site.domain;
    let mut all: BTreeMap<String, (Route, Pointer)> = BTreeMap::new();
    for (name, route) in &world.manifest.routes {
        let origin = at(["routes", name.as_str()]);
        if route.paths.is_empty() {
            found.push(
                Diagnostic::error("missing-key", format!("{} needs `paths`", origin.in_words()))
                    .at_key(&origin, "nothing answers here")
                    .why("The web server would show its own page to whoever asks for this name.")
                    .help("add `paths: {/: SERVICE}`"),
            );
        }
        if let Some((_, other)) = all.insert(name.within(domain), (route.clone(), origin.clone())) {
            found.push(routed_twice(&name.within(domain), &origin, "here", &other));
        }
    }
    for (name, service) in &world.manifest.services {
        let Some(place) = &service.common().at else { continue };
        let origin = at(["services", name.as_str(), "at"]);
        let to = name.as_str().parse().expect("a service's name is a target");
        let path = Path {
            answer: Answer::To(to),
            status: None,
            strip_prefix: false,
            stream: false,
            websocket: false,
            options: PathOptions::default(),
        };
        let root: RoutePath = "/".parse().expect("a path");
        let route = Route {
            paths: BTreeMap::from([(root, path)]),
            ..Route::default()
        };
        if let Some((_, other)) = all.insert(place.within(domain), (route, origin.clone())) {
            found.push(routed_twice(&place.within(domain), &origin, "here by `at`", &other));
        }
    }
    all.into_iter()
        .map(|(name, (route, origin))| (name, route, origin))
        .collect()
}

fn routed_twice(name: &str, origin: &Pointer, how: &str, other: &Pointer) -> Diagnostic {
    Diagnostic::error("duplicate-route", format!("`{name}` is routed twice"))
        .at_key(origin, how)
        .at_key(other, "and here")
        .why("Only one of them could answer.")
        .help("remove one of the two")
}

fn empty(world: &World<'_>) -> Ingress {
    let section = &world.manifest.ingress;
    let (policy, headers) = headers(section);
    let cloudflare = section.trusted_proxies.contains(&TrustedProxy::Cloudflare);
    Ingress {
        origin: at(["ingress"]),
        worker_connections: section.worker_connections,
        trusted_proxies: section.trusted_proxies.iter().flat_map(networks).collect(),
        real_ip_header: if cloudflare {
            "CF-Connecting-IP"
        } else {
            "X-Forwarded-For"
        }
        .into(),
        content_security_policy: policy,
        headers,
        include: section.include.iter().map(ToString::to_string).collect(),
        access_log: section.access_log.is_on(),
        log_buffer: section
            .access_log
            .on()
            .and_then(|log| log.buffer)
            .map(|bytes| bytes.get()),
        error_pages: section
            .error_pages
            .as_ref()
            .map(|_| format!("/etc/{}/error-pages", world.site.name)),
        servers: Vec::new(),
        upstreams: Vec::new(),
        rates: Vec::new(),
        caches: Vec::new(),
    }
}

/// Cloudflare's published networks, as of 2025.
const CLOUDFLARE: [&str; 22] = [
    "173.245.48.0/20",
    "103.21.244.0/22",
    "103.22.200.0/22",
    "103.31.4.0/22",
    "141.101.64.0/18",
    "108.162.192.0/18",
    "190.93.240.0/20",
    "188.114.96.0/20",
    "197.234.240.0/22",
    "198.41.128.0/17",
    "162.158.0.0/15",
    "104.16.0.0/13",
    "104.24.0.0/14",
    "172.64.0.0/13",
    "131.0.72.0/22",
    "2400:cb00::/32",
    "2606:4700::/32",
    "2803:f800::/32",
    "2405:b500::/32",
    "2405:8100::/32",
    "2a06:98c0::/29",
    "2c0f:f248::/32",
];

fn networks(proxy: &TrustedProxy) -> Vec<ipnet::IpNet> {
    match proxy {
        TrustedProxy::Cloudflare => CLOUDFLARE.iter().map(|net| net.parse().expect("a network")).collect(),
        TrustedProxy::Network(network) => vec![network.net()],
    }
}

fn headers(section: &crate::manifest::Ingress) -> (Option<String>, Vec<(String, String)>) {
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
        .filter_map(|(name, value)| Some((name.to_owned(), header_text(value.as_ref()?))))
        .collect();
    headers.extend(
        known
            .other
            .iter()
            .map(|(name, value)| (name.to_string(), header_text(value))),
    );
    (known.content_security_policy.as_ref().map(header_text), headers)
}

/// The text of a header; empty leaves it out.
fn header_text(value: &HeaderValue) -> String {
    match value {
        HeaderValue::Off => String::new(),
        HeaderValue::Set(text) => text.to_string(),
    }
}

struct Build<'a, 'b> {
    world: &'a World<'a>,
    host: &'a str,
    private: BTreeMap<String, Option<ipnet::IpNet>>,
    ingress: Ingress,
    secrets: &'b mut Secrets,
    found: &'b mut Vec<Diagnostic>,
    needs: Vec<ConfigFile>,
}

impl Build<'_, '_> {
    fn server(&mut self, name: &str, route: &Route, origin: &Pointer) {
        let domain = &self.world.manifest.site.domain;
        let mut names = vec![name.to_owned()];
        names.extend(route.aliases.iter().map(|alias| alias.within(domain)));
        let locations: Vec<Location> = route
            .paths
            .iter()
            .filter_map(|(path, answer)| self.location(name, path, answer, route, origin))
            .collect();
        let incomplete = locations.len() < route.paths.len();
        self.ingress.servers.push(Server {
            origin: origin.clone(),
            names,
            redirects: route.redirect_from.iter().map(|from| from.within(domain)).collect(),
            certificate: None,
            listen: route.listen.iter().map(ToString::to_string).collect(),
            http_challenge: false,
            locations,
            incomplete,
        });
    }

    fn location(
        &mut self,
        name: &str,
        path: &RoutePath,
        answer: &Path,
        route: &Route,
        origin: &Pointer,
    ) -> Option<Location> {
        let origin = if answer_is_short(route, origin) {
            origin.clone()
        } else {
            origin.child("paths").child(path.as_str())
        };
        let own = &answer.options;
        let shared = &route.options;
        let action = self.action(name, path, answer, route, &origin)?;
        let rate = match (own.rate, shared.rate) {
            (Some(rate), _) => Some((
                rate,
                own.burst,
                format!("{name}{}", path.as_str()),
                origin.child("rate"),
            )),
            (None, Some(rate)) => Some((
                rate,
                own.burst.or(shared.burst),
                name.to_owned(),
                origin
                    .parent()
                    .and_then(|paths| paths.parent())
                    .unwrap_or_default()
                    .child("rate"),
            )),
            (None, None) => None,
        };
        let rate = rate.map(|(rate, burst, zone, origin)| {
            let zone = identifier(&zone);
            let text = format!(
                "{}r/{}",
                rate.count,
                if rate.per == RatePer::Second { "s" } else { "m" }
            );
            if !self.ingress.rates.iter().any(|known| known.name == zone) {
                self.ingress.rates.push(RateZone {
                    name: zone.clone(),
                    origin,
                    rate: text,
                });
            }
            RateLimit {
                zone,
                burst: burst.unwrap_or(rate.count),
            }
        });
        let mut headers: BTreeMap<String, String> = shared
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), header_text(value)))
            .collect();
        headers.extend(
            own.headers
                .iter()
                .map(|(name, value)| (name.to_string(), header_text(value))),
        );
        Some(Location {
            matcher: matcher(path),
            rate,
            body: own.body.or(shared.body).map(|bytes| bytes.get()),
            allow: own
                .allow
                .as_ref()
                .or(shared.allow.as_ref())
                .into_iter()
                .flatten()
                .map(|network| network.net())
                .collect(),
            basic_auth: self.auth(name, own.auth.as_ref().or(shared.auth.as_ref()), &origin),
            headers: headers.into_iter().collect(),
            expires: own.expires.or(shared.expires).map(|duration| duration.as_secs()),
            origin,
            action,
        })
    }

    fn auth(&mut self, name: &str, auth: Option<&Switch<Auth>>, origin: &Pointer) -> Option<String> {
        let Some(Switch::On(Auth::Basic(secret))) = auth else {
            return None;
        };
        let secret = secret.secret.to_string();
        self.secrets
            .need(&secret, self.host, &format!("routes.{name}"), &origin.child("auth"));
        let path = format!("/etc/{}/htpasswd/{secret}", self.world.site.name);
        if !self.needs.iter().any(|file| file.path == path) {
            self.needs.push(ConfigFile {
                path: path.clone(),
                origins: vec![origin.child("auth")],
                owner: "root".into(),
                group: "www-data".into(),
                mode: 0o640,
                content: format!("{}\n", placeholder(&secret, Encoding::Pem)),
                lines: Vec::new(),
                set: "nginx",
                actions: Vec::new(),
                verbatim: false,
            });
        }
        Some(path)
    }

    fn action(
        &mut self,
        name: &str,
        path: &RoutePath,
        answer: &Path,
        route: &Route,
        origin: &Pointer,
    ) -> Option<LocationAction> {
        let target = match &answer.answer {
            Answer::Redirect(to) => {
                return Some(LocationAction::Redirect {
                    to: to.to_string(),
                    status: answer.status.unwrap_or(301),
                });
            }
            Answer::Json(json) => return Some(LocationAction::Json(json.to_string())),
            Answer::To(target) => target,
        };
        let (service, part) = target.parts();
        let Some(section) = self.world.manifest.services.get(service) else {
            self.found.push(self.unknown_target(service, origin));
            return None;
        };
        match section {
            Service::Static(files) => self.files(service, files, answer, route, origin),
            Service::App(app) => match part.and_then(|part| part.strip_prefix("data.")) {
                Some(data) => self.data(service, app, data, path, answer, origin),
                None => self.proxy(service, part, answer, route, origin, name),
            },
            other => {
                self.found.push(
                    Diagnostic::error("not-http", format!("`{service}` does not speak HTTP"))
                        .at(
                            origin,
                            format!("this path leads to a service of kind `{}`", other.kind()),
                        )
                        .why("The web server can only pass requests to programs that speak HTTP.")
                        .help("route to a service of kind `app` or `static`"),
                );
                None
            }
        }
    }

    fn unknown_target(&self, service: &str, origin: &Pointer) -> Diagnostic {
        let names = || self.world.manifest.services.keys().map(|name| name.as_str());
        let help = suggest(service, names()).map_or_else(
            || format!("the services are {}", listing(names())),
            |near| format!("did you mean `{near}`?"),
        );
        Diagnostic::error("unknown-service", format!("there is no service `{service}`"))
            .at(origin.child("to"), "this path leads nowhere")
            .why("A route can only lead to what `services` describes.")
            .help(help)
    }

    /// The path answers where its files are; another host's files cannot be served from here.
    fn is_here(&mut self, service: &str, origin: &Pointer) -> bool {
        let here = self
            .world
            .placed(service)
            .is_some_and(|placed| placed.hosts.iter().any(|host| host == self.host));
        if !here {
            self.found.push(
                Diagnostic::error(
                    "files-elsewhere",
                    format!("the files of `{service}` are not on host `{}`", self.host),
                )
                .at(origin, format!("the web server on `{}` is to serve them", self.host))
                .at_key(&at(["services", service]), "but they are on another host")
                .why("The web server reads files from its own disk.")
                .help(format!("put `{service}` on the hosts of `ingress.on`")),
            );
        }
        here
    }

    fn files(
        &mut self,
        service: &str,
        files: &Static,
        answer: &Path,
        route: &Route,
        origin: &Pointer,
    ) -> Option<LocationAction> {
        if !self.is_here(service, origin) {
            return None;
        }
        let current = format!("{}/current", files.release.dir);
        let root = files
            .root
            .as_ref()
            .map_or_else(|| current.clone(), |root| format!("{current}/{root}"));
        let expires = answer.options.expires.or(route.options.expires);
        Some(LocationAction::Files(StaticFiles {
            root,
            spa: files.spa,
            assets: expires.unwrap_or(files.expires.assets).as_secs(),
            pages: files.expires.pages.as_secs(),
            alias: answer.strip_prefix,
        }))
    }

    fn data(
        &mut self,
        service: &str,
        app: &App,
        data: &str,
        path: &RoutePath,
        answer: &Path,
        origin: &Pointer,
    ) -> Option<LocationAction> {
        if !self.is_here(service, origin) {
            return None;
        }
        let Some(folder) = app.data.get(data) else {
            let help = suggest(data, app.data.keys().map(|name| name.as_str())).map_or_else(
                || format!("declare it under `services.{service}.data`"),
                |near| format!("did you mean `{service}.data.{near}`?"),
            );
            self.found.push(
                Diagnostic::error("unknown-data", format!("`{service}` has no data directory `{data}`"))
                    .at(origin.child("to"), "this path leads nowhere")
                    .why("A route can serve a data directory that its service declares.")
                    .help(help),
            );
            return None;
        };
        let age = answer.options.expires.map_or(0, |expires| expires.as_secs());
        Some(LocationAction::Files(StaticFiles {
            root: folder.path.to_string(),
            spa: false,
            assets: age,
            pages: age,
            alias: path.as_str() != "/",
        }))
    }

    fn proxy(
        &mut self,
        service: &str,
        part: Option<&str>,
        answer: &Path,
        route: &Route,
        origin: &Pointer,
        name: &str,
    ) -> Option<LocationAction> {
        let placed = self.world.placed(service)?;
        let wanted = part.unwrap_or_default();
        let process = match placed.processes.iter().find(|process| process.name == wanted) {
            Some(process) => process,
            None if wanted.is_empty() => {
                let with_port =
                    |process: &&PlacedProcess| process.instances.iter().any(|instance| instance.port.is_some());
                placed
                    .processes
                    .iter()
                    .find(with_port)
                    .or_else(|| placed.processes.first())?
            }
            None => {
                let names = || placed.processes.iter().map(|process| process.name.as_str());
                self.found.push(
                    Diagnostic::error("unknown-process", format!("`{service}` has no process `{wanted}`"))
                        .at(origin.child("to"), "this path leads nowhere")
                        .why("A route can lead to one of the processes of a service.")
                        .help(if placed.processes.iter().all(|process| process.name.is_empty()) {
                            format!("it has only one: write `{service}`")
                        } else {
                            format!("the processes of `{service}` are {}", listing(names()))
                        }),
                );
                return None;
            }
        };
        let servers = self.servers(process);
        if servers.is_empty() {
            let target = if process.name.is_empty() {
                service.to_owned()
            } else {
                format!("{service}.{}", process.name)
            };
            self.found.push(
                Diagnostic::error("no-port", format!("`{target}` listens on no port"))
                    .at(origin, "this path leads to it")
                    .at_key(&process.origin, "but nothing says where it listens")
                    .why("The web server would have nowhere to pass the request to.")
                    .help(format!("add `port:` to `{target}`")),
            );
            return None;
        }
        let options = &answer.options;
        let balance = options.balance.or(route.options.balance).unwrap_or_default();
        let upstream = self.upstream(&process.label, &process.origin, servers, balance, name);
        let long = answer.stream || answer.websocket;
        let timeout = options
            .timeout
            .or(route.options.timeout)
            .map_or(if long { 3600 } else { 60 }, |timeout| timeout.as_secs());
        let cache = options
            .cache
            .or(route.options.cache)
            .map(|cache| cache.as_secs())
            .filter(|seconds| *seconds > 0 && !long);
        if cache.is_some() && self.ingress.caches.is_empty() {
            self.ingress.caches.push(CacheZone {
                name: self.world.site.name.clone(),
                origin: origin.child("cache"),
                size: 1 << 30,
            });
        }
        Some(LocationAction::Proxy(Proxy {
            upstream,
            strip_prefix: answer.strip_prefix,
            websocket: answer.websocket,
            stream: answer.stream,
            timeout: u32::try_from(timeout).unwrap_or(u32::MAX),
            cache,
        }))
    }

    fn servers(&self, process: &PlacedProcess) -> Vec<String> {
        process
            .instances
            .iter()
            .filter_map(|instance| {
                let port = instance.port?.host;
                if instance.host == self.host {
                    return Some(format!("127.0.0.1:{port}"));
                }
                let address = self.private.get(&instance.host).copied().flatten()?.addr();
                Some(std::net::SocketAddr::new(address, port).to_string())
            })
            .collect()
    }

    fn upstream(
        &mut self,
        label: &str,
        origin: &Pointer,
        servers: Vec<String>,
        balance: ManifestBalance,
        route: &str,
    ) -> String {
        let balance = match balance {
            ManifestBalance::RoundRobin => Balance::RoundRobin,
            ManifestBalance::LeastConn => Balance::LeastConn,
            ManifestBalance::IpHash => Balance::IpHash,
        };
        let same = self
            .ingress
            .upstreams
            .iter()
            .find(|known| known.servers == servers && known.balance == balance);
        if let Some(known) = same {
            return known.name.clone();
        }
        let taken = self.ingress.upstreams.iter().any(|known| known.name == label);
        let name = if taken {
            identifier(&format!("{label}-{route}"))
        } else {
            label.to_owned()
        };
        self.ingress.upstreams.push(Upstream {
            name: name.clone(),
            origin: origin.clone(),
            servers,
            balance,
        });
        name
    }
}

/// `routes: {name: service}` has no `paths` of its own to point at.
fn answer_is_short(_: &Route, origin: &Pointer) -> bool {
    origin.last().is_some_and(|last| last == "at")
}

fn matcher(path: &RoutePath) -> Matcher {
    match path.matching() {
        PathMatch::Exact(path) => Matcher::Exact(path.to_owned()),
        PathMatch::Prefix(path) => Matcher::Prefix(path.to_owned()),
        PathMatch::Pattern {
            expression,
            ignore_case,
        } => Matcher::Regex(if ignore_case {
            format!("(?i){expression}")
        } else {
            expression.to_owned()
        }),
    }
}

/// Letters, digits and `_`, for names inside nginx.
fn identifier(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name.trim_matches('_').to_owned()
}
