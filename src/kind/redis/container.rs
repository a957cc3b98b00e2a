//! Redis in the compose project.

use super::native::ping;
use super::sentinel::Members;
use super::settings::{self, Place};
use super::{SET, SHARE, access, backup, secret};
use crate::kind::Lowering;
use crate::kind::server::{self, Budget, Reached, file};
use crate::manifest::services::Redis;
use crate::site::{Access, Action, Check, ConfigFile, Container, Directory, Healthcheck, Mount, Probe, order};

/// Who may do what, as the container sees it.
const USERS: &str = "/etc/redis/users/users.acl";

/// Major version of the image where the manifest does not say.
const VERSION: u32 = 7;

pub(super) fn image(redis: &Redis) -> String {
    redis
        .version
        .as_ref()
        .map_or_else(|| format!("redis:{VERSION}"), |version| format!("redis:{version}"))
}

/// Major version of the image.
pub(super) fn major(redis: &Redis) -> u32 {
    redis
        .version
        .as_ref()
        .and_then(|version| version.major().parse().ok())
        .unwrap_or(VERSION)
}

/// `members` are its copies on other hosts; then it stands in the network of its host, at the address that the others know.
pub(super) fn lower(redis: &Redis, lowering: &mut Lowering<'_>, host: &str, members: Option<&Members>) {
    let service = lowering.service.clone();
    let (origin, name) = (service.origin.clone(), service.name.clone());
    let site = lowering.site.name.clone();
    let ports = service
        .processes
        .iter()
        .filter(|process| process.name.is_empty())
        .flat_map(|process| &process.instances)
        .find(|instance| instance.host == host)
        .and_then(|instance| instance.port);
    let (listen, published) = ports.map_or((6379, 6379), |port| (port.listen, port.host));
    let reached = Reached::new(lowering.clients, host);
    let target = lowering.host(host);
    let budget = Budget::new(redis.limits, target, SHARE);
    let (bind, listen) = members.map_or_else(
        || (vec!["*".to_owned()], listen),
        |members| (members.bind(host), published),
    );
    let place = Place {
        bind,
        port: listen,
        dir: "/data",
        acl: USERS,
        supervised: false,
    };
    let mut lines = settings::lines(redis, &origin, budget, &place);
    lines.extend(members.into_iter().flat_map(|members| members.settings(redis, host)));
    let conf = settings::write(&lines, members.map(Members::login));
    let acl = access::write(redis, &service, major(redis), members.is_some());
    let folder = format!("/etc/{site}/redis/{name}");
    let access_action = format!("redis-{name}-access");
    let place_file = |file_name: &str, text, lines, action: &str| ConfigFile {
        lines,
        ..file(SET, format!("{folder}/{file_name}"), 0o444, text, &origin, &[action])
    };
    // Nobody but root enters the one; the container's user, who is none of the host's, comes into the other by its mount.
    target.directories.extend([
        server::closed_folder(folder.clone(), &origin),
        Directory {
            mode: 0o755,
            ..server::closed_folder(format!("{folder}/users"), &origin)
        },
    ]);
    target.files.extend([
        place_file("redis.conf", conf.text, conf.lines, "compose"),
        place_file("users/users.acl", acl.text, acl.lines, &access_action),
    ]);
    target.actions.push(Action {
        name: access_action,
        order: order::CONTAINERS - 1,
        check: None,
        run: Some(reload(&site, &name, listen)),
        effect: format!("lets Redis ({name}) read its users anew"),
    });
    server::overcommit(&site, &origin, target);
    let start = members.map(|members| {
        target
            .files
            .extend(members.files(host).map(|(file_name, mode, text)| ConfigFile {
                mode,
                ..place_file(file_name, text, Vec::new(), "compose")
            }));
        ["start", "members.tsv"]
    });
    let mount = |file: &str| Mount::Bind {
        source: format!("{folder}/{file}"),
        target: format!("/etc/redis/{file}"),
        read_only: true,
    };
    let container = Container {
        name: name.clone(),
        service: name.clone(),
        origin: origin.clone(),
        image: image(redis),
        image_variable: None,
        command: if members.is_some() {
            Vec::new()
        } else {
            vec!["redis-server".into(), "/etc/redis/redis.conf".into()]
        },
        entrypoint: members
            .map(|_| ["/etc/redis/start", "server"].map(str::to_owned).to_vec())
            .unwrap_or_default(),
        environment: Vec::new(),
        environment_file: None,
        ports: if members.is_some() {
            Vec::new()
        } else {
            reached.bindings(target, published, listen)
        },
        mounts: vec![
            Mount::Volume {
                name: format!("{name}-data"),
                target: "/data".into(),
            },
            mount("redis.conf"),
            mount("users"),
        ]
        .into_iter()
        .chain(start.into_iter().flatten().map(mount))
        .collect(),
        networks: if members.is_some() {
            Vec::new()
        } else {
            reached.networks()
        },
        host_network: members.is_some(),
        healthcheck: Some(Healthcheck {
            command: vec!["/bin/sh".into(), "-c".into(), ping(listen)],
            interval: 10,
            timeout: 5,
            start_period: 30,
            retries: 5,
        }),
        depends_on: Vec::new(),
        // The image's user `redis`.
        user: Some("999:999".into()),
        read_only: true,
        tmpfs: vec!["/tmp:size=16m,mode=1777".into()],
        capabilities: Vec::new(),
        memory: Some(budget.memory),
        cpus: Some(budget.cpus),
        pids: budget.pids.or(Some(128)),
        shm: None,
        stop_grace: 60,
        secrets: Vec::new(),
        extra_hosts: Vec::new(),
        profile: None,
        settings: serde_json::Map::new(),
    };
    target.containers.push(container);
    target.probes.push(Probe {
        name: name.clone(),
        origin,
        check: Check::Container(name.clone()),
    });
    if service.hosts.first().is_some_and(|first| first != host) {
        return;
    }
    *lowering.configuration = Some(budget.configuration(lines.iter().map(settings::Line::setting).collect()));
    backup(
        redis,
        lowering,
        host,
        Access::Container {
            service: name,
            user: "redis".into(),
        },
        listen,
        "/data/dump.rdb",
    );
}

/// A folder is seen in the container as it is now. A server that does not run yet reads it when it starts, and one that was
/// made without the folder is made anew; one whose user may not ask, or has another password, is restarted.
fn reload(site: &str, name: &str, port: u16) -> String {
    let compose = server::compose(site);
    format!(
        "of=$({compose} ps --quiet --status running {name} 2>/dev/null) || true; [ -n \"$of\" ] || exit 0; \
         docker exec \"$of\" test -e {USERS} || exit 0; \
         REDISCLI_AUTH=$(cat /etc/{site}/secrets/{}) docker exec -e REDISCLI_AUTH \"$of\" redis-cli -p {port} --user backup --no-auth-warning ACL LOAD \
         | grep -qx OK || {compose} restart {name}",
        secret(name, "backup")
    )
}
