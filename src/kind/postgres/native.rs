//! PostgreSQL as the distribution's package, or that of the PostgreSQL project where the distribution has another version.

use super::replication::{self, Members};
use super::settings::{self, Place};
use super::sizing::Size;
use super::{SET, access, backups, packaged, roles};
use crate::diag::Diagnostic;
use crate::kind::Lowering;
use crate::kind::server::{self, Budget, file, push_new};
use crate::manifest::services::Postgres;
use crate::site::{Access, Action, Check, ConfigFile, EnabledUnit, Host, Package, Pointer, Probe, Repository, order};

/// Data checksums cannot be added later without stopping the server.
const CREATE_CLUSTER: &str = "# How the package makes its first cluster.\ninitdb_options = '--data-checksums --encoding=UTF8 --locale=C.UTF-8'\n";

pub(super) fn lower(postgres: &Postgres, lowering: &mut Lowering<'_>) {
    let Some(primary) = lowering.service.hosts.first().cloned() else {
        return;
    };
    let members = Members::new(postgres, lowering);
    let hosts = members.as_ref().map_or_else(
        || vec![primary],
        |members| members.all.iter().map(|member| member.host.clone()).collect(),
    );
    for host in hosts {
        server(postgres, lowering, &host, members.as_ref());
    }
}

/// The server of one host: the only one, or a member of those that replicate.
fn server(postgres: &Postgres, lowering: &mut Lowering<'_>, host: &str, members: Option<&Members>) {
    let service = lowering.service.clone();
    let origin = service.origin.clone();
    let site = lowering.site.clone();
    let primary = service.hosts.first().map_or(host, String::as_str);
    let mut instances = service.processes.iter().flat_map(|process| &process.instances);
    let port = instances
        .find(|instance| instance.host == host)
        .and_then(|instance| instance.port)
        .map_or(5432, |port| port.host);
    // Clients come to the primary alone. A standby has their passwords at hand, for the day when it is the primary.
    let clients = if host == primary {
        lowering.clients.to_vec()
    } else {
        Vec::new()
    };
    let all = lowering.clients.to_vec();
    let logins = roles::logins(postgres, &service.name, &all);
    let secrets = logins.iter().map(|login| &login.secret);
    for secret in secrets.chain(members.map(|members| &members.secret)) {
        if host == primary {
            lowering.generated(secret, "length=32,charset=url-safe", &origin, host);
        } else {
            lowering.need(secret, host, &origin);
        }
    }
    let Some(major) = lowering
        .hosts
        .iter()
        .find(|host| host.name == primary)
        .map(|host| replication::major(postgres, host))
    else {
        return;
    };
    let target = lowering.host(host);
    let unit = format!("postgresql@{major}-main.service");
    if let Some(other) = target.enabled.iter().find(|enabled| enabled.name == unit) {
        let found = two_clusters(&other.name, &origin, host);
        lowering.found.push(found);
        return;
    }
    packages(postgres, major, target);
    let budget = Budget::new(postgres.limits, target, 4);
    let size = Size {
        workers: members.map(Members::workers),
        ..Size::new(postgres, major, budget, target, &logins)
    };
    let mut addresses = server::addresses(&clients, target);
    if members.is_some() {
        target
            .private
            .iter()
            .for_each(|net| push_new(&mut addresses, net.addr().to_string()));
    }
    let listen = std::iter::once("localhost".to_owned())
        .chain(addresses)
        .collect::<Vec<_>>()
        .join(", ");
    let member = replication::Names {
        site: &site.name,
        service: &service.name,
        origin: &origin,
        runtime: service.runtime,
        unit: &unit,
        major,
        port,
        listen: port,
        started: String::new(),
    };
    let mut own = tls();
    own.extend(
        members
            .iter()
            .flat_map(|members| members.settings(&member.passfile(), host)),
    );
    let place = Place { listen, port, own };
    let settings = settings::all(postgres, &site, &origin, size, place);
    let conf = settings::write(&settings);
    let here = if host == primary { logins.as_slice() } else { &[] };
    let hba = access::write(postgres, &origin, here, host, false, members);
    let sql = roles::write(
        postgres,
        &origin,
        &logins,
        size.connections(),
        members.map(|members| (members, host)),
    );
    let names = Names {
        config: format!("postgres-{}", service.name),
        access: format!("postgres-{}-access", service.name),
        unit: format!("postgres-{}-unit", service.name),
        roles: format!("roles-{}", service.name),
    };
    let folder = format!("/etc/postgresql/{major}/main");
    let sql_path = format!("/etc/{}/postgres/{}/roles.sql", site.name, service.name);
    let of_postgres = |file: ConfigFile, lines| ConfigFile {
        group: "postgres".into(),
        lines,
        ..file
    };
    let mut limits = drop_in(budget);
    if members.is_some() {
        limits += &member.drop_in();
    }
    target.files.extend([
        of_postgres(
            file(
                SET,
                format!("{folder}/conf.d/{}.conf", site.name),
                0o640,
                conf.text,
                &origin,
                &[&names.config],
            ),
            conf.lines,
        ),
        of_postgres(
            file(
                SET,
                format!("{folder}/pg_hba.conf"),
                0o640,
                hba.text,
                &origin,
                &[&names.access],
            ),
            hba.lines,
        ),
        file(
            SET,
            format!("/etc/systemd/system/{unit}.d/{}.conf", site.name),
            0o644,
            limits,
            &origin,
            &["systemd", &names.unit],
        ),
    ]);
    let before = format!("/etc/postgresql-common/createcluster.d/{}.conf", site.name);
    target
        .before_packages
        .push(file(SET, before, 0o644, CREATE_CLUSTER.to_owned(), &origin, &[]));
    if server::listens_on_gateway(&clients, host) {
        server::nonlocal_bind(SET, &site.name, &origin, target);
    }
    let [config, access, restart, fill] = actions(&names, &unit, major, port, &sql_path);
    target.actions.extend([config, access, restart]);
    // What is made on the primary comes over to the standbys.
    if host == primary {
        target.actions.push(fill);
        target.files.push(ConfigFile {
            lines: sql.lines,
            ..file(SET, sql_path.clone(), 0o600, sql.text, &origin, &[&names.roles])
        });
    }
    target.probes.push(Probe {
        name: format!("unit {}", service.name),
        origin: origin.clone(),
        check: Check::Unit(unit.clone()),
    });
    target.enabled.push(EnabledUnit {
        name: unit.clone(),
        order: order::DATABASE,
    });
    let check = Check::Command(format!(
        "runuser -u postgres -- pg_isready --quiet --host /run/postgresql --port {port}"
    ));
    target.probes.push(Probe {
        name: service.name.clone(),
        origin: origin.clone(),
        check,
    });
    if let Some(members) = members {
        members.lower(&member, host, target);
    }
    if host == primary {
        *lowering.configuration = Some(budget.configuration(settings));
        let access = Access::Native {
            user: "postgres".into(),
        };
        backups(postgres, &access, lowering, host);
    }
}

fn two_clusters(unit: &str, origin: &Pointer, host: &str) -> Diagnostic {
    Diagnostic::error(
        "two-clusters",
        format!("two PostgreSQL servers of one version on host `{host}`"),
    )
    .at(origin, format!("another service is `{unit}` already"))
    .why("The package makes one cluster a version, and both would be that one.")
    .help("put both databases into one server, give one of them another `version`, or write `runtime: container`")
}

fn packages(postgres: &Postgres, major: u32, target: &mut Host) {
    let repository = (major != packaged(target.os)).then_some(Repository::Postgresql);
    let mut names = vec![format!("postgresql-{major}")];
    for extension in postgres.databases.values().flat_map(|database| &database.extensions) {
        names.extend(extension_package(extension.as_str()).map(|name| format!("postgresql-{major}-{name}")));
    }
    for name in names {
        push_new(&mut target.packages, Package { name, repository });
    }
    push_new(&mut target.packages, Package::of_distribution("ssl-cert"));
}

/// Extensions that are not among those of the server's own package.
pub(super) fn extension_package(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "hll" => "hll",
        "orafce" => "orafce",
        "pg_cron" => "cron",
        "pg_partman" => "partman",
        "pg_repack" => "repack",
        "postgis" | "postgis_raster" | "postgis_topology" => "postgis-3",
        "vector" => "pgvector",
        _ => return None,
    })
}

/// The package's certificate, which every host makes for itself.
fn tls() -> Vec<(&'static str, String)> {
    vec![
        ("ssl", "on".to_owned()),
        ("ssl_cert_file", "/etc/ssl/certs/ssl-cert-snakeoil.pem".to_owned()),
        ("ssl_key_file", "/etc/ssl/private/ssl-cert-snakeoil.key".to_owned()),
        ("ssl_min_protocol_version", "TLSv1.2".to_owned()),
    ]
}

struct Names {
    config: String,
    access: String,
    unit: String,
    roles: String,
}

fn actions(names: &Names, unit: &str, major: u32, port: u16, sql: &str) -> [Action; 4] {
    let psql = format!("runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --port {port}");
    let pending = "SELECT count(*) FROM pg_settings WHERE pending_restart";
    let broken = "SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL";
    let config = Action {
        name: names.config.clone(),
        order: order::DATABASE,
        check: Some(format!(
            "runuser -u postgres -- /usr/lib/postgresql/{major}/bin/postgres -C shared_buffers -D /var/lib/postgresql/{major}/main -c config_file=/etc/postgresql/{major}/main/postgresql.conf"
        )),
        // A server that cannot be asked, as its port has changed, is restarted too.
        run: Some(format!(
            "systemctl -q is-active {unit} || exit 0; systemctl reload {unit} && sleep 1 && {{ [ \"$({psql} --command '{pending}' 2>/dev/null)\" = 0 ] || systemctl restart {unit}; }}"
        )),
        effect: "reloads PostgreSQL, or restarts it if a setting needs that".to_owned(),
    };
    let access = Action {
        name: names.access.clone(),
        order: order::DATABASE + 1,
        check: None,
        run: Some(format!(
            "systemctl reload {unit} && [ \"$({psql} --command '{broken}')\" = 0 ]"
        )),
        effect: "reloads who may connect to PostgreSQL".to_owned(),
    };
    let unit = Action {
        name: names.unit.clone(),
        order: order::DATABASE,
        check: None,
        run: Some(format!("systemctl try-restart {unit}")),
        effect: "restarts PostgreSQL".to_owned(),
    };
    let roles = Action {
        name: names.roles.clone(),
        order: order::SCHEMA,
        check: None,
        run: Some(format!(
            "{psql} --output /dev/null --set ON_ERROR_STOP=1 --file - <{sql}"
        )),
        effect: "brings roles, databases and rights up to date".to_owned(),
    };
    [config, access, unit, roles]
}

/// The package's unit starts as root and becomes `postgres` by itself, so it keeps the capabilities for that.
fn drop_in(budget: Budget) -> String {
    server::limits(budget, 4096) + include_str!("sandbox.conf")
}
