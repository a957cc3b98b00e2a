//! Redis on several hosts, with a Sentinel beside each: when the master is lost, the others choose another one by
//! themselves, and clients ask a Sentinel which it is.
//!
//! Both stand in the network of their host, so that what they tell each other and the clients is where they are. No file
//! that we write says who the master is: `start` asks the Sentinels, so that an installation never undoes a failover.

mod refuse;
#[cfg(test)]
mod tests;

use serde::Serialize;

use super::access::passwords;
use super::settings::{Line, Login};
use super::{PASSWORD, SET, container, secret};
use crate::kind::server::{self, file, push_new};
use crate::kind::{Connection, Endpoint, Lowering, Placed, PortWish, ProcessWish, Runtime};
use crate::manifest::services::Redis;
use crate::render::{Language, escape, render};
use crate::site::{
    Check, ConfigFile, Container, Encoding, Failover, Healthcheck, Mount, Opening, Pointer, Probe, Protocol, Rotation,
    Text, placeholder, previous,
};

pub(super) use refuse::contradictions;

const PROCESS: &str = "sentinel";
const START: &str = include_str!("start.sh");
/// Bytes that a Sentinel needs, and some.
const MEMORY: u64 = 64 << 20;

/// Where one copy is.
#[derive(Debug, Clone)]
struct Member {
    host: String,
    address: String,
    port: u16,
    sentinel: u16,
}

/// All of them, the first master first.
#[derive(Debug, Clone)]
pub(super) struct Members {
    service: String,
    origin: Pointer,
    all: Vec<Member>,
}

pub(super) fn of(redis: &Redis, service: &Placed) -> Option<Failover> {
    let sentinel = redis.sentinel?;
    let count = u32::try_from(service.hosts.len()).unwrap_or(u32::MAX);
    let is_possible = count >= 3 && redis.external.is_none() && service.runtime == Runtime::Container;
    is_possible.then(|| Failover {
        origin: service.origin.child("sentinel"),
        members: service.hosts.clone(),
        quorum: sentinel.quorum.unwrap_or(count / 2 + 1),
        down_after: sentinel.down_after.as_secs(),
    })
}

/// The process beside the server's own.
pub(super) fn process(redis: &Redis) -> Option<ProcessWish> {
    let sentinel = redis.sentinel.filter(|_| redis.external.is_none())?;
    let own = sentinel.port.map(|port| port.get());
    Some(ProcessWish {
        name: PROCESS.to_owned(),
        port: Some(PortWish {
            listen: own.unwrap_or(26379),
            host: own,
        }),
        memory: Some(MEMORY),
        ..ProcessWish::default()
    })
}

/// What clients need to find the master; nobody can tell them where it is once and for all.
pub(super) fn connect(service: &Placed, endpoint: &Endpoint) -> Connection {
    let at = |(host, address): &(String, String)| server::authority(address, port(service, PROCESS, host));
    let sentinels: Vec<String> = endpoint.members.iter().map(at).collect();
    let export = |variable: &str, part| (variable.to_owned(), part);
    Connection {
        parts: vec![
            ("sentinels", Text::literal(sentinels.join(","))),
            ("sentinel_name", Text::literal(&service.name)),
            ("user", Text::literal("app")),
            ("password", Text::secret(secret(&service.name, "app"))),
        ],
        exports: vec![
            export("REDIS_SENTINELS", "sentinels"),
            export("REDIS_SENTINEL_NAME", "sentinel_name"),
            export("REDIS_USERNAME", "user"),
            export("REDIS_PASSWORD", "password"),
        ],
        ..Connection::default()
    }
}

/// The port of the host that a process has there.
fn port(service: &Placed, process: &str, host: &str) -> u16 {
    let of = service.processes.iter().filter(|known| known.name == process);
    of.flat_map(|process| &process.instances)
        .find(|instance| instance.host == host)
        .and_then(|instance| instance.port)
        .map_or(0, |port| port.host)
}

pub(super) fn lower(redis: &Redis, lowering: &mut Lowering<'_>, failover: &Failover) {
    let service = lowering.service.clone();
    let members = Members::new(lowering, failover);
    for host in &failover.members {
        for user in ["app", "backup", "replica", "sentinel"] {
            let name = secret(&service.name, user);
            if failover.members.first() == Some(host) {
                lowering.generated(&name, PASSWORD, &service.origin, host);
                lowering.rotates(&name, Rotation::Both);
            } else {
                lowering.need(&name, host, &service.origin);
            }
            lowering.need(&previous(&name), host, &service.origin);
        }
        container::lower(redis, lowering, host, Some(&members));
        watch(redis, lowering, host, &members, failover);
    }
}

impl Members {
    fn new(lowering: &mut Lowering<'_>, failover: &Failover) -> Self {
        let service = lowering.service;
        let member = |host: &String| {
            let net = lowering.hosts.iter().find(|known| known.name == *host)?.private?;
            Some(Member {
                host: host.clone(),
                address: net.addr().to_string(),
                port: port(service, "", host),
                sentinel: port(service, PROCESS, host),
            })
        };
        Self {
            service: service.name.clone(),
            origin: failover.origin.clone(),
            all: failover.members.iter().filter_map(member).collect(),
        }
    }

    fn on(&self, host: &str) -> Option<&Member> {
        self.all.iter().find(|member| member.host == host)
    }

    /// Addresses that a server on this host listens on.
    pub(super) fn bind(&self, host: &str) -> Vec<String> {
        let own = self.on(host).map(|member| member.address.clone());
        std::iter::once("127.0.0.1".to_owned()).chain(own).collect()
    }

    /// What replication adds to `redis.conf`. A master that all copies have left takes no writes: they would be lost.
    pub(super) fn settings(&self, redis: &Redis, host: &str) -> Vec<Line> {
        let Some(own) = self.on(host) else { return Vec::new() };
        let line = |name, word| Line::new(&self.origin, name, word);
        let mut lines = vec![
            line("replica-announce-ip", own.address.clone()),
            line("replica-announce-port", own.port.to_string()),
        ];
        let own = |name: &str| {
            let mut names = redis.settings.keys();
            names.any(|known| known.as_str().eq_ignore_ascii_case(name))
        };
        for (name, word) in [("min-replicas-to-write", "1"), ("min-replicas-max-lag", "10")] {
            if !own(name) {
                lines.push(line(name, word.to_owned()));
            }
        }
        lines
    }

    pub(super) fn login(&self) -> Login {
        Login {
            origin: self.origin.clone(),
            user: "replica",
            password: placeholder(&secret(&self.service, "replica"), Encoding::Conf),
        }
    }

    /// What the server and its Sentinel start by: name, mode and text of each file.
    pub(super) fn files(&self, host: &str) -> impl Iterator<Item = (&'static str, u16, String)> {
        [
            ("start", 0o555, START.to_owned()),
            ("members.tsv", 0o444, self.list(host)),
        ]
        .into_iter()
    }

    fn list(&self, host: &str) -> String {
        let mut lines = vec![
            "# Made by Sitewright from the site's manifest: change that, not this file.".to_owned(),
            escape::fields(&["name", &self.service]),
        ];
        let line = |kind: &str, address: &str, port: u16| escape::fields(&[kind, address, &port.to_string()]);
        lines.extend(self.on(host).map(|own| line("self", &own.address, own.port)));
        lines.extend(
            self.all
                .iter()
                .map(|member| line("member", &member.address, member.port)),
        );
        lines.extend(
            self.all
                .iter()
                .map(|member| line("sentinel", &member.address, member.sentinel)),
        );
        lines.join("\n") + "\n"
    }
}

#[derive(Serialize)]
struct Conf<'a> {
    origin: Pointer,
    monitor_origin: Pointer,
    bind: Vec<String>,
    port: u16,
    address: &'a str,
    name: &'a str,
    /// Address and port.
    master: String,
    quorum: u32,
    down_after: u64,
    /// What a failover may take before another Sentinel tries; a copy that is told to follow gets half of it.
    failover_timeout: u64,
    password: String,
}

/// Clients ask who the master is, and hear when it is another. The file takes no comments.
#[derive(Serialize)]
struct Access {
    origin: Pointer,
    app: String,
    sentinel: String,
}

/// The Sentinel of one host.
fn watch(redis: &Redis, lowering: &mut Lowering<'_>, host: &str, members: &Members, failover: &Failover) {
    let service = lowering.service.clone();
    let (origin, name) = (service.origin.clone(), format!("{}-{PROCESS}", service.name));
    let site = lowering.site.name.clone();
    let (Some(own), Some(first)) = (members.on(host).cloned(), members.all.first()) else {
        return;
    };
    let down_after = redis.sentinel.map_or(5_000, |sentinel| sentinel.down_after.as_millis());
    let conf = Conf {
        origin: origin.clone(),
        monitor_origin: failover.origin.clone(),
        bind: members.bind(host),
        port: own.sentinel,
        address: &own.address,
        name: &service.name,
        master: format!("{} {}", first.address, first.port),
        quorum: failover.quorum,
        down_after,
        failover_timeout: (down_after * 6).max(30_000),
        password: placeholder(&secret(&service.name, "sentinel"), Encoding::Conf),
    };
    let access = Access {
        origin: origin.clone(),
        app: passwords(&service.name, "app"),
        sentinel: passwords(&service.name, "sentinel"),
    };
    let conf = render(
        Language::Redis,
        "redis/sentinel.conf",
        include_str!("sentinel.conf.hbs"),
        &conf,
    );
    let access = render(
        Language::Redis,
        "redis/sentinel.acl",
        include_str!("sentinel.acl.hbs"),
        &access,
    );
    let folder = format!("/etc/{site}/redis/{}", service.name);
    let target = lowering.host(host);
    for (file_name, rendered) in [("sentinel.conf", conf), ("sentinel.acl", access)] {
        target.files.push(ConfigFile {
            lines: rendered.lines,
            ..file(
                SET,
                format!("{folder}/{file_name}"),
                0o444,
                rendered.text,
                &failover.origin,
                &["compose"],
            )
        });
    }
    for other in members.all.iter().filter(|member| member.host != host) {
        let from = other.address.parse().map(std::net::IpAddr::into).ok();
        for port in [own.port, own.sentinel] {
            let opening = Opening {
                origin: failover.origin.clone(),
                comment: format!("{} for its copy on {}", service.name, other.host),
                protocol: Protocol::Tcp,
                ports: (port, port),
                from: from.into_iter().collect(),
                interface: None,
                limit: false,
            };
            push_new(&mut target.openings, opening);
        }
    }
    let ask = |question: &str| {
        format!(
            "redis-cli -p {} --user health --pass - --no-auth-warning {question}",
            own.sentinel
        )
    };
    let quorum = ask(&format!("sentinel ckquorum {}", service.name));
    target.probes.extend([
        Probe {
            name: name.clone(),
            origin: origin.clone(),
            check: Check::Container(name.clone()),
        },
        Probe {
            name: format!("failover {}", service.name),
            origin: failover.origin.clone(),
            // The first host that is installed is alone for a while.
            check: Check::State(format!(
                "said=$({} exec -T {name} {quorum} 2>&1) || true; case $said in OK*) state=ok ;; *) state=warning ;; esac; printf '%s\\t%s\\n' $state \"$said\"",
                server::compose(&site)
            )),
        },
    ]);
    let mount = |file: &str| Mount::Bind {
        source: format!("{folder}/{file}"),
        target: format!("/etc/redis/{file}"),
        read_only: true,
    };
    let volume = Mount::Volume {
        name: format!("{name}-data"),
        target: "/data".into(),
    };
    let mounts = ["sentinel.conf", "sentinel.acl", "start", "members.tsv"].map(mount);
    target.containers.push(Container {
        name: name.clone(),
        service: service.name.clone(),
        origin,
        image: container::image(redis),
        image_variable: None,
        command: Vec::new(),
        entrypoint: ["/etc/redis/start", PROCESS].map(str::to_owned).to_vec(),
        environment: Vec::new(),
        environment_file: None,
        ports: Vec::new(),
        mounts: std::iter::once(volume).chain(mounts).collect(),
        networks: Vec::new(),
        host_network: true,
        healthcheck: Some(Healthcheck {
            command: vec![
                "/bin/sh".into(),
                "-c".into(),
                format!("{} | grep -qx PONG", ask("ping")),
            ],
            interval: 10,
            timeout: 5,
            start_period: 30,
            retries: 5,
        }),
        depends_on: Vec::new(),
        user: Some("999:999".into()),
        read_only: true,
        tmpfs: vec!["/tmp:size=16m,mode=1777".into()],
        capabilities: Vec::new(),
        memory: Some(MEMORY),
        cpus: Some(0.5),
        pids: Some(64),
        shm: None,
        stop_grace: 10,
        secrets: Vec::new(),
        extra_hosts: Vec::new(),
        profile: None,
        settings: serde_json::Map::new(),
    });
}
