//! Redis in the compose project.

use super::super::{DATA, EDGE, Lowering};
use super::backup;
use super::files::{self, Place};
use crate::manifest::services::Redis;
use crate::render::Rendered;
use crate::site::{Access, Check, ConfigFile, Container, Healthcheck, Mount, PortBinding, Probe, Protocol};

const DEFAULT_VERSION: &str = "7";

pub(super) fn image(section: &Redis) -> String {
    format!(
        "redis:{}",
        section
            .version
            .as_ref()
            .map_or(DEFAULT_VERSION, |version| version.as_str())
    )
}

pub(super) fn lower(section: &Redis, lowering: &mut Lowering<'_>, host: &str) {
    let site = lowering.site.name.clone();
    let service = lowering.service.clone();
    let Some(port) = service
        .processes
        .first()
        .and_then(|process| process.instances.iter().find(|instance| instance.host == host)?.port)
    else {
        return;
    };
    let place = Place {
        port: port.listen,
        dir: "/data",
        acl: "/etc/redis/users.acl".into(),
        bind: vec!["*".into(), "-::*".into()],
        supervised: false,
    };
    let folder = format!("/etc/{site}/redis/{}", service.name);
    let file = |name: &str, rendered: Rendered| ConfigFile {
        path: format!("{folder}/{name}"),
        origins: vec![service.origin.clone()],
        owner: "root".into(),
        group: "root".into(),
        // The container's user reads them; they hold digests of long random passwords, not the passwords.
        mode: 0o644,
        content: rendered.text,
        lines: rendered.lines,
        set: "redis",
        actions: vec!["compose".into()],
        verbatim: false,
    };
    let private = lowering.host(host).private.map(|net| net.addr().to_string());
    let local = lowering
        .clients
        .iter()
        .any(|client| client.network.is_none() && client.host == host);
    let remote = lowering
        .clients
        .iter()
        .any(|client| client.network.is_none() && client.host != host);
    let bind = |address: String| PortBinding {
        address,
        host: port.host,
        container: port.listen,
        protocol: Protocol::Tcp,
    };
    let ports: Vec<PortBinding> = local
        .then(|| bind("127.0.0.1".into()))
        .into_iter()
        .chain(private.filter(|_| remote).map(bind))
        .collect();
    let mount = |name: &str| Mount::Bind {
        source: format!("{folder}/{name}"),
        target: format!("/etc/redis/{name}"),
        read_only: true,
    };
    let container = Container {
        name: service.name.clone(),
        service: service.name.clone(),
        origin: service.origin.clone(),
        image: image(section),
        command: vec!["redis-server".into(), "/etc/redis/redis.conf".into()],
        entrypoint: Vec::new(),
        environment: Vec::new(),
        environment_file: None,
        networks: if ports.is_empty() {
            vec![DATA.to_owned()]
        } else {
            vec![DATA.to_owned(), EDGE.to_owned()]
        },
        ports,
        mounts: vec![
            Mount::Volume {
                name: service.name.clone(),
                target: "/data".into(),
            },
            mount("redis.conf"),
            mount("users.acl"),
        ],
        host_network: false,
        healthcheck: Some(Healthcheck {
            command: vec![
                "/bin/sh".into(),
                "-c".into(),
                format!(
                    "redis-cli -p {} --user health --pass - --no-auth-warning ping | grep -qx PONG",
                    port.listen
                ),
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
        memory: section.limits.memory.map(|memory| memory.get()),
        cpus: section.limits.cpus.map(|cpus| f64::from(cpus.thousandths()) / 1000.0),
        pids: section.limits.pids,
        shm: None,
        stop_grace: 60,
        secrets: Vec::new(),
        extra_hosts: Vec::new(),
        profile: None,
        settings: Default::default(),
    };
    let files = [
        file("redis.conf", files::conf(section, &service, &place)),
        file("users.acl", files::acl(section, &service)),
    ];
    let target = lowering.host(host);
    target.files.extend(files);
    target.containers.push(container);
    target.probes.push(Probe {
        name: format!("container {}", service.name),
        origin: service.origin.clone(),
        check: Check::Container(service.name.clone()),
    });
    backup(
        section,
        lowering,
        host,
        Access::Container {
            service: service.name,
            user: "redis".into(),
        },
        port.listen,
        "/data/dump.rdb",
    );
}
