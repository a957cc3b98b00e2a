//! Redis as the operating system's package runs it.

use serde::Serialize;

use super::super::Lowering;
use super::backup;
use super::files::{self, Place};
use crate::manifest::services::Redis;
use crate::render::{Language, Rendered, render};
use crate::site::{Access, Action, Check, ConfigFile, EnabledUnit, Package, Pointer, Probe, order};

const UNIT: &str = "redis-server.service";

#[derive(Serialize)]
struct DropInView {
    origin: Pointer,
    memory: Option<u64>,
    cpu_quota: Option<u32>,
}

pub(super) fn lower(section: &Redis, lowering: &mut Lowering<'_>, host: &str) {
    let site = lowering.site.name.clone();
    let service = lowering.service.clone();
    let port = service
        .processes
        .first()
        .and_then(|process| process.instances.first()?.port)
        .map_or(6379, |port| port.host);
    let private = lowering.host(host).private.map(|net| net.addr().to_string());
    let remote = lowering
        .clients
        .iter()
        .any(|client| client.from.iter().any(|net| !net.addr().is_loopback()));
    let place = Place {
        port,
        dir: "/var/lib/redis",
        acl: "/etc/redis/users.acl".into(),
        bind: ["127.0.0.1".to_owned()]
            .into_iter()
            .chain(private.filter(|_| remote))
            .collect(),
        supervised: true,
    };
    let action = format!("redis-{}", service.name);
    let file = |path: String, rendered: Rendered, owner: &str, mode: u16, actions: &[&str]| ConfigFile {
        path,
        origins: vec![service.origin.clone()],
        owner: owner.to_owned(),
        group: owner.to_owned(),
        mode,
        content: rendered.text,
        lines: rendered.lines,
        set: "redis",
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        verbatim: false,
    };
    let drop_in = DropInView {
        origin: service.origin.child("limits"),
        memory: section.limits.memory.map(|memory| memory.get()),
        cpu_quota: section.limits.cpus.map(|cpus| cpus.thousandths() / 10),
    };
    let drop_in = render(
        Language::Systemd,
        "redis/drop-in",
        include_str!("drop-in.conf.hbs"),
        &drop_in,
    );
    let sysctl = Rendered {
        text: "# A snapshot forks: without this it fails when memory is half full.\nvm.overcommit_memory = 1\n".into(),
        lines: Vec::new(),
    };
    let files = [
        file(
            "/etc/redis/redis.conf".into(),
            files::conf(section, &service, &place),
            "redis",
            0o640,
            &[&action],
        ),
        file(
            "/etc/redis/users.acl".into(),
            files::acl(section, &service),
            "redis",
            0o640,
            &[&action],
        ),
        file(
            format!("/etc/systemd/system/{UNIT}.d/{site}.conf"),
            drop_in,
            "root",
            0o644,
            &["systemd", &action],
        ),
        file(
            format!("/etc/sysctl.d/60-{site}-redis.conf"),
            sysctl,
            "root",
            0o644,
            &["sysctl"],
        ),
    ];
    let target = lowering.host(host);
    target.packages.push(Package {
        name: "redis-server".into(),
        repository: None,
    });
    target.packages.push(Package {
        name: "redis-tools".into(),
        repository: None,
    });
    target.files.extend(files);
    target.actions.push(Action {
        name: action,
        order: order::DATABASE,
        check: None,
        run: Some(format!("systemctl try-restart {UNIT}")),
        effect: format!("restarts Redis ({})", service.name),
    });
    target.actions.push(Action {
        name: "sysctl".into(),
        order: order::SYSTEM,
        check: None,
        run: Some("sysctl --quiet --system".into()),
        effect: "loads kernel settings".into(),
    });
    target.enabled.push(EnabledUnit {
        name: UNIT.into(),
        order: order::DATABASE,
    });
    target.probes.push(Probe {
        name: format!("unit {}", service.name),
        origin: service.origin.clone(),
        check: Check::Unit(UNIT.into()),
    });
    let ping = format!("redis-cli -p {port} --user health --pass - --no-auth-warning ping | grep -qx PONG");
    target.probes.push(Probe {
        name: service.name.clone(),
        origin: service.origin.clone(),
        check: Check::Command(ping),
    });
    backup(
        section,
        lowering,
        host,
        Access::Native { user: "redis".into() },
        port,
        "/var/lib/redis/dump.rdb",
    );
}
