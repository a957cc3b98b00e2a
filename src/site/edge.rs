//! Where the world comes in: the web server, certificates, name servers.

use ipnet::IpNet;

use super::*;

/// The web server of a host.
#[derive(Debug, Clone)]
pub struct Ingress {
    pub origin: Pointer,
    pub runtime: IngressRuntime,
    pub worker_connections: u32,
    /// Networks whose `X-Forwarded-For` is believed, and the header of each provider.
    pub trusted_proxies: Vec<IpNet>,
    /// Header that carries the client's address behind them.
    pub real_ip_header: String,
    /// Value of Content-Security-Policy; none leaves the default.
    pub content_security_policy: Option<String>,
    /// Other headers on every response; an empty value turns a default one off.
    pub headers: Vec<(String, String)>,
    /// Files of the user's own, included in `http {}`; verbatim.
    pub include: Vec<String>,
    /// Requests are logged.
    pub access_log: bool,
    /// Bytes of the access log's buffer.
    pub log_buffer: Option<u64>,
    /// Folder on the host with `404.html`, `50x.html` …
    pub error_pages: Option<String>,
    pub servers: Vec<Server>,
    pub upstreams: Vec<Upstream>,
    pub rates: Vec<RateZone>,
    pub caches: Vec<CacheZone>,
}

/// What runs the web server. Its files have the same paths inside of its container as outside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum IngressRuntime {
    /// The distribution's package and unit.
    #[default]
    Native,
    /// A service of the compose file, by its name.
    Container { name: String, image: String },
}

/// Kernel settings of a web server that leads to other hosts. One that is cut off says nothing: without these, a request
/// that it has is lost only when nobody waits for it any more. With them it is asked of another one, within fifteen seconds.
pub const LOST_HOSTS: [(&str, u32); 4] = [
    ("net.ipv4.tcp_keepalive_time", 5),
    ("net.ipv4.tcp_keepalive_intvl", 2),
    ("net.ipv4.tcp_keepalive_probes", 3),
    // Six seconds.
    ("net.ipv4.tcp_retries2", 4),
];

impl Ingress {
    /// Some of what it leads to is on other hosts.
    pub fn leads_elsewhere(&self) -> bool {
        let mut servers = self.upstreams.iter().flat_map(|upstream| &upstream.servers);
        servers.any(|server| {
            let address = server.address.parse::<std::net::SocketAddr>();
            address.is_ok_and(|address| !address.ip().is_loopback())
        })
    }

    /// Folder of its files on the host.
    pub fn folder(&self, site: &str) -> String {
        match &self.runtime {
            IngressRuntime::Native => "/etc/nginx".to_owned(),
            IngressRuntime::Container { .. } => format!("/etc/{site}/nginx"),
        }
    }

    /// Shell command that tests the files on the host and takes them into use.
    pub fn reload(&self, site: &str) -> String {
        match &self.runtime {
            IngressRuntime::Native => "nginx -t -q && systemctl reload nginx.service".to_owned(),
            IngressRuntime::Container { .. } => {
                let nginx = self.command(site);
                format!("{nginx} -t -q && {nginx} -s reload")
            }
        }
    }

    /// The program with its files, as a shell calls it.
    pub fn command(&self, site: &str) -> String {
        match &self.runtime {
            IngressRuntime::Native => "nginx".to_owned(),
            IngressRuntime::Container { name, .. } => format!(
                "docker compose --project-name {site} --file /etc/{site}/compose/compose.yaml exec --no-TTY {name} \
                 nginx -c {}/nginx.conf",
                self.folder(site)
            ),
        }
    }
}

/// One virtual server: names that answer alike.
#[derive(Debug, Clone)]
pub struct Server {
    pub origin: Pointer,
    /// Host names without a trailing dot; `*.acme.example` is the wildcard.
    pub names: Vec<String>,
    /// Names that are redirected to the first of `names`.
    pub redirects: Vec<String>,
    /// Name of the [`Certificate`]; none is plain HTTP.
    pub certificate: Option<String>,
    /// Addresses to listen at; empty is all.
    pub listen: Vec<String>,
    /// HTTP-01 challenges are answered from the webroot.
    pub http_challenge: bool,
    pub locations: Vec<Location>,
    /// A path has no location, as nothing could be made of it; that is reported.
    pub incomplete: bool,
}

/// What is done with a part of a server's paths.
#[derive(Debug, Clone)]
pub struct Location {
    pub origin: Pointer,
    pub matcher: Matcher,
    pub action: LocationAction,
    pub rate: Option<RateLimit>,
    /// Most bytes of a request's body.
    pub body: Option<u64>,
    /// Networks that may ask; empty is everyone.
    pub allow: Vec<IpNet>,
    /// htpasswd file on the host that is asked for name and password.
    pub basic_auth: Option<String>,
    /// Added to every response; an empty value leaves a default one out.
    pub headers: Vec<(String, String)>,
    /// Seconds that a browser may keep a proxied answer.
    pub expires: Option<u64>,
}

/// Which paths.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matcher {
    Exact(String),
    Prefix(String),
    /// PCRE, matched with case.
    Regex(String),
}

#[derive(Debug, Clone)]
pub enum LocationAction {
    Proxy(Proxy),
    Files(StaticFiles),
    Redirect {
        to: String,
        status: u16,
    },
    /// A fixed JSON body.
    Json(String),
    /// Not for those who come from outside: not found.
    Closed,
}

#[derive(Debug, Clone)]
pub struct Proxy {
    /// Name of the [`Upstream`].
    pub upstream: String,
    /// The location's path is taken off before passing on.
    pub strip_prefix: bool,
    pub websocket: bool,
    /// Server-sent events: nothing is buffered.
    pub stream: bool,
    /// Seconds between two reads.
    pub timeout: u32,
    /// Seconds that nginx keeps a response, in the [`CacheZone`] of the upstream's name or else the first.
    pub cache: Option<u64>,
}

#[derive(Debug, Clone)]
pub struct StaticFiles {
    /// Absolute folder.
    pub root: String,
    /// Unknown paths give `/index.html`.
    pub spa: bool,
    /// Seconds that a browser keeps files with a fingerprint in their name.
    pub assets: u64,
    /// Seconds that a browser keeps pages; 0 asks again each time.
    pub pages: u64,
    /// The folder stands for the location's path (`alias`), not for `/`.
    pub alias: bool,
}

/// Servers that share the load.
#[derive(Debug, Clone)]
pub struct Upstream {
    pub name: String,
    pub origin: Pointer,
    pub servers: Vec<UpstreamServer>,
    pub balance: Balance,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamServer {
    /// `127.0.0.1:3000`, `[2001:db8::1]:3000` or `unix:/run/…`; `api-1:3000` on a network of containers.
    pub address: String,
    /// Its share of the requests; 1 for all is the same for all.
    pub weight: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Balance {
    #[default]
    RoundRobin,
    LeastConn,
    IpHash,
}

/// A zone that counts requests per client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateZone {
    pub name: String,
    pub origin: Pointer,
    /// In nginx's spelling: `10r/s`, `5r/m`.
    pub rate: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    pub zone: String,
    pub burst: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheZone {
    pub name: String,
    pub origin: Pointer,
    /// Bytes on disk.
    pub size: u64,
}

/// A certificate that a host keeps.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Folder under `/etc/<site>/tls/`, certbot's lineage name.
    pub name: String,
    pub origin: Pointer,
    /// Names that it must cover, wildcards as `*.acme.example`.
    pub names: Vec<String>,
    pub issuer: Issuer,
    /// Actions to run when it changed: `nginx`, or the name of an [`Action`] of the host (`postgres-db`).
    pub used_by: Vec<String>,
    /// System users that read the private key themselves (`postgres`); nginx reads it as root.
    pub readers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issuer {
    Acme {
        directory: String,
        challenge: Challenge,
    },
    /// A certificate authority of the site's own, made on the host.
    Internal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    Http01,
    /// Answered by the name server of this host.
    Dns01,
    /// DNS-01 as well, answered by the provider that serves the zone.
    Provider(DnsProvider),
}

/// A provider of name service whose API certbot knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsProvider {
    Cloudflare,
}

impl DnsProvider {
    /// As the manifest has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cloudflare => "cloudflare",
        }
    }
}

/// Zones that a provider serves.
#[derive(Debug, Clone)]
pub struct HostedDns {
    pub origin: Pointer,
    pub provider: DnsProvider,
    /// Secret by which its API is entered.
    pub credentials: Option<String>,
    pub zones: Vec<Zone>,
}

/// The authoritative name server of a host.
#[derive(Debug, Clone)]
pub struct DnsServer {
    pub origin: Pointer,
    pub zones: Vec<Zone>,
    /// Names under which DNS-01 challenges are answered (`_acme-challenge.acme.example`), each a zone of its own.
    pub challenges: Vec<String>,
    /// Addresses to listen at, so that a local resolver keeps loopback.
    pub listen: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Zone {
    /// Without a trailing dot.
    pub name: String,
    pub origin: Pointer,
    /// From the lock; grows by one whenever the records change.
    pub serial: u32,
    /// Name of the primary name server, absolute.
    pub primary: String,
    /// `hostmaster.acme.example`: mail address with its first dot form.
    pub hostmaster: String,
    /// Default time to live, seconds.
    pub ttl: u32,
    pub records: Vec<Record>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub origin: Pointer,
    /// Relative to the zone; `@` is the zone, `*` the wildcard.
    pub name: String,
    pub ttl: Option<u32>,
    /// `A`, `AAAA`, `MX`, `TXT` …
    pub kind: String,
    /// As it stands in a zone file; TXT without quotes.
    pub data: String,
}
