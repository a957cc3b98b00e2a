//! PostgreSQL in the compose project.

use super::super::{DATA, EDGE, Lowering, Runtime};
use super::access::Roles;
use super::{PASSWORD, backups, settings};
use crate::manifest::services::Postgres;
use crate::render::escape::shell;
use crate::render::{Language, render};
use crate::site::{
    Access, Action, Check, ConfigFile, Container, Healthcheck, Mount, PortBinding, Probe, Protocol, order,
};

const DEFAULT_VERSION: &str = "16";

pub(super) fn image(section: &Postgres) -> String {
    format!(
        "postgres:{}",
        section
            .version
            .as_ref()
            .map_or(DEFAULT_VERSION, |version| version.as_str())
    )
}

pub(super) fn lower(section: &Postgres, lowering: &mut Lowering<'_>, host: &str, roles: &Roles) {
    let site = lowering.site.name.clone();
    let service = lowering.service.clone();
    let Some(port) = service
        .processes
        .first()
        .and_then(|process| process.instances.iter().find(|instance| instance.host == host)?.port)
    else {
        return;
    };
    let admin = format!("{}_postgres", service.name.replace('-', "_"));
    lowering.generated(&admin, PASSWORD, &service.origin, host);
    let (memory, cpus, private) = {
        let host = lowering.host(host);
        (host.memory, host.cpus, host.private.map(|net| net.addr().to_string()))
    };
    let mut settings = settings::settings(
        section,
        &settings::room(&section.limits, memory, cpus),
        lowering.clients,
        "*",
        port.listen,
    );
    settings.retain(|(name, _)| !name.starts_with("ssl"));
    settings.push(("hba_file".into(), "'/etc/postgresql/pg_hba.conf'".into()));
    let view = serde_json::json!({"settings": settings.iter().map(|(name, value)| serde_json::json!({"origin": service.origin.child("settings"), "name": name, "value": value})).collect::<Vec<_>>()});
    let conf = render(
        Language::Postgres,
        "postgres/conf",
        include_str!("postgresql.conf.hbs"),
        &view,
    );
    let folder = format!("/etc/{site}/postgres/{}", service.name);
    let apply = format!("roles-{}", service.name);
    let file = |name: &str, text: String, lines, mode, action: &str| ConfigFile {
        path: format!("{folder}/{name}"),
        origins: vec![service.origin.clone()],
        owner: "root".into(),
        group: "root".into(),
        mode,
        content: text,
        lines,
        set: "postgres",
        actions: vec![action.to_owned()],
        verbatim: false,
    };
    let files = vec![
        file("postgresql.conf", conf.text, conf.lines, 0o644, "compose"),
        file(
            "pg_hba.conf",
            roles.hba.text.clone(),
            roles.hba.lines.clone(),
            0o644,
            "compose",
        ),
        file(
            "roles.sql",
            roles.sql.text.clone(),
            roles.sql.lines.clone(),
            0o600,
            &apply,
        ),
    ];
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
    let networks = if ports.is_empty() {
        vec![DATA.to_owned()]
    } else {
        vec![DATA.to_owned(), EDGE.to_owned()]
    };
    let mount = |name: &str| Mount::Bind {
        source: format!("{folder}/{name}"),
        target: format!("/etc/postgresql/{name}"),
        read_only: true,
    };
    let container = Container {
        name: service.name.clone(),
        service: service.name.clone(),
        origin: service.origin.clone(),
        image: image(section),
        command: vec![
            "postgres".into(),
            "-c".into(),
            "config_file=/etc/postgresql/postgresql.conf".into(),
        ],
        entrypoint: Vec::new(),
        environment: vec![
            ("POSTGRES_PASSWORD_FILE".into(), format!("/run/secrets/{admin}")),
            ("PGDATA".into(), "/var/lib/postgresql/data/pgdata".into()),
        ],
        environment_file: None,
        ports,
        mounts: vec![
            Mount::Volume {
                name: service.name.clone(),
                target: "/var/lib/postgresql/data".into(),
            },
            mount("postgresql.conf"),
            mount("pg_hba.conf"),
        ],
        networks,
        host_network: false,
        healthcheck: Some(Healthcheck {
            command: vec![
                "pg_isready".into(),
                "-q".into(),
                "-U".into(),
                "postgres".into(),
                "-p".into(),
                port.listen.to_string(),
            ],
            interval: 10,
            timeout: 5,
            start_period: 60,
            retries: 5,
        }),
        depends_on: Vec::new(),
        user: Some("999:999".into()),
        read_only: true,
        tmpfs: vec![
            "/tmp:size=64m,mode=1777".into(),
            "/var/run/postgresql:size=1m,uid=999,gid=999,mode=0775".into(),
        ],
        capabilities: Vec::new(),
        memory: section.limits.memory.map(|memory| memory.get()),
        cpus: section.limits.cpus.map(|cpus| f64::from(cpus.thousandths()) / 1000.0),
        pids: section.limits.pids,
        shm: Some(256 << 20),
        stop_grace: 120,
        secrets: vec![(admin.clone(), admin)],
        extra_hosts: Vec::new(),
        profile: None,
        settings: Default::default(),
    };
    let compose = format!("/etc/{site}/compose/compose.yaml");
    let target = lowering.host(host);
    target.files.extend(files);
    target.containers.push(container);
    target.actions.push(Action {
        name: apply,
        order: order::CONTAINERS + 5,
        check: None,
        run: Some(format!(
            "docker compose -f {compose} exec -T {} psql -X -q -U postgres -p {} -d postgres <{}",
            shell(&service.name),
            port.listen,
            shell(&format!("{folder}/roles.sql"))
        )),
        effect: format!("applies the roles of {}", service.name),
    });
    target.probes.push(Probe {
        name: format!("container {}", service.name),
        origin: service.origin.clone(),
        check: Check::Container(service.name.clone()),
    });
    debug_assert_eq!(service.runtime, Runtime::Container);
    backups(
        section,
        lowering,
        host,
        &Access::Container {
            service: service.name,
            user: "postgres".into(),
        },
    );
}
