//! Redis as the distribution's package runs it.

use super::settings::{self, Place};
use super::{SET, SHARE, access, backup, packaged, secret};
use crate::diag::Diagnostic;
use crate::kind::Lowering;
use crate::kind::server::{self, Budget, file, push_new};
use crate::manifest::services::Redis;
use crate::site::{Access, Action, Check, ConfigFile, EnabledUnit, Package, Probe, order};

pub(super) const UNIT: &str = "redis-server.service";

/// Redis has no way to check its files but to start with them: it does, on a socket of its own, and is ended again.
const CHECK: &str = "d=$(mktemp -d) && s=0 && { timeout 2 redis-server /etc/redis/redis.conf --port 0 --unixsocket \"$d/s\" --dir \"$d\" --appendonly no --supervised no || s=$?; } && rm -rf \"$d\" && [ $s = 124 ]";

pub(super) fn lower(redis: &Redis, lowering: &mut Lowering<'_>, host: &str) {
    let service = lowering.service.clone();
    let origin = service.origin.clone();
    let site = lowering.site.name.clone();
    let port = service
        .processes
        .iter()
        .flat_map(|process| &process.instances)
        .find_map(|instance| instance.port)
        .map_or(6379, |port| port.host);
    let clients = lowering.clients.to_vec();
    let target = lowering.host(host);
    if target.enabled.iter().any(|unit| unit.name == UNIT) {
        let found = two_servers(&origin, host);
        lowering.found.push(found);
        return;
    }
    let budget = Budget::new(redis.limits, target, SHARE);
    let addresses = server::addresses(&clients, target);
    let place = Place {
        bind: std::iter::once("127.0.0.1".to_owned()).chain(addresses).collect(),
        port,
        dir: "/var/lib/redis",
        acl: "/etc/redis/users.acl",
        supervised: true,
    };
    let action = format!("redis-{}", service.name);
    let access_action = format!("redis-{}-access", service.name);
    let lines = settings::lines(redis, &origin, budget, &place);
    let conf = settings::write(&lines, None);
    let acl = access::write(redis, &service, packaged(target.os), false);
    let of_redis = |path: &str, text, lines, action: &str| ConfigFile {
        group: "redis".into(),
        lines,
        ..file(SET, path.to_owned(), 0o640, text, &origin, &[action])
    };
    let limits = server::limits(budget, 128);
    push_new(&mut target.packages, Package::of_distribution("redis-server"));
    target.files.extend([
        of_redis("/etc/redis/redis.conf", conf.text, conf.lines, &action),
        of_redis("/etc/redis/users.acl", acl.text, acl.lines, &access_action),
        file(
            SET,
            format!("/etc/systemd/system/{UNIT}.d/{site}.conf"),
            0o644,
            limits,
            &origin,
            &["systemd", &action],
        ),
    ]);
    server::overcommit(&site, &origin, target);
    if server::listens_on_gateway(&clients, host) {
        server::nonlocal_bind(SET, &site, &origin, target);
    }
    let reload = reload(
        &format!("/etc/{site}/secrets/{}", secret(&service.name, "backup")),
        port,
    );
    target.actions.extend([
        Action {
            name: action,
            order: order::DATABASE,
            check: Some(CHECK.to_owned()),
            run: Some(format!("systemctl try-restart {UNIT}")),
            effect: format!("restarts Redis ({})", service.name),
        },
        Action {
            name: access_action,
            order: order::DATABASE + 1,
            check: Some(CHECK.to_owned()),
            run: Some(reload),
            effect: format!("lets Redis ({}) read its users anew", service.name),
        },
    ]);
    target.probes.push(Probe {
        name: format!("unit {}", service.name),
        origin: origin.clone(),
        check: Check::Unit(UNIT.to_owned()),
    });
    target.enabled.push(EnabledUnit {
        name: UNIT.to_owned(),
        order: order::DATABASE,
    });
    let check = Check::Command(ping(port));
    target.probes.push(Probe {
        name: service.name.clone(),
        origin,
        check,
    });
    *lowering.configuration = Some(budget.configuration(lines.iter().map(settings::Line::setting).collect()));
    backup(
        redis,
        lowering,
        host,
        Access::Native { user: "redis".into() },
        port,
        "/var/lib/redis/dump.rdb",
    );
}

/// A server that still loads its data says so, and nothing else.
pub(super) fn ping(port: u16) -> String {
    format!("redis-cli -p {port} --user health --pass - --no-auth-warning ping | grep -qx PONG")
}

/// A server whose user may not ask for it yet, or has another password, is restarted.
fn reload(password: &str, port: u16) -> String {
    format!(
        "systemctl -q is-active {UNIT} || exit 0; REDISCLI_AUTH=$(cat {password}) redis-cli -p {port} --user backup --no-auth-warning ACL LOAD | grep -qx OK || systemctl try-restart {UNIT}"
    )
}

fn two_servers(origin: &crate::site::Pointer, host: &str) -> Diagnostic {
    Diagnostic::error(
        "two-servers",
        format!("two Redis servers of the package on host `{host}`"),
    )
    .at(origin, "another service is the package's server already")
    .why("The package runs one server, and both would be that one.")
    .help("write `runtime: container` for one of them")
}
