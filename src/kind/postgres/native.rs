//! PostgreSQL as the operating system's package runs it.

use std::net::IpAddr;

use serde::Serialize;

use super::super::Lowering;
use super::access::Roles;
use super::{backups, settings};
use crate::manifest::services::Postgres;
use crate::render::escape::{shell, shell_words};
use crate::render::{Language, render};
use crate::site::{Access, Action, Check, ConfigFile, EnabledUnit, Os, Package, Pointer, Probe, Repository, order};

#[derive(Serialize)]
struct ConfView {
    settings: Vec<SettingView>,
}

#[derive(Serialize)]
struct SettingView {
    origin: Pointer,
    name: String,
    value: String,
}

#[derive(Serialize)]
struct DropInView {
    origin: Pointer,
    memory: Option<u64>,
    cpu_quota: Option<u32>,
}

/// The major version that a release brings.
fn packaged(os: Os) -> &'static str {
    match os {
        Os::Debian12 => "15",
        Os::Debian13 => "17",
        Os::Ubuntu2204 => "14",
        Os::Ubuntu2404 => "16",
    }
}

pub(super) fn lower(section: &Postgres, lowering: &mut Lowering<'_>, host: &str, roles: &Roles) {
    let site = lowering.site.name.clone();
    let service = lowering.service.clone();
    let (os, memory, cpus) = {
        let host = lowering.host(host);
        (host.os, host.memory, host.cpus)
    };
    let version = section
        .version
        .as_ref()
        .map_or_else(|| packaged(os).to_owned(), |version| version.major().to_owned());
    let port = service
        .processes
        .first()
        .and_then(|process| process.instances.first()?.port)
        .map_or(5432, |port| port.host);
    let settings = settings::settings(
        section,
        &settings::room(&section.limits, memory, cpus),
        lowering.clients,
        &listen(lowering),
        port,
    );
    let own = |name: &str| section.settings.keys().any(|key| key.as_str() == name);
    let view = ConfView {
        settings: settings
            .into_iter()
            .map(|(name, value)| SettingView {
                origin: if own(&name) {
                    service.origin.child("settings").child(&name)
                } else {
                    service.origin.child("limits")
                },
                name,
                value,
            })
            .collect(),
    };
    let unit = format!("postgresql@{version}-main.service");
    let folder = format!("/etc/postgresql/{version}/main");
    let (restart, reload, apply) = (
        format!("postgres-{}", service.name),
        format!("postgres-{}-reload", service.name),
        format!("roles-{}", service.name),
    );
    let file = |path: String, rendered: crate::render::Rendered, owner: &str, mode: u16, actions: &[&str]| ConfigFile {
        path,
        origins: vec![service.origin.clone()],
        owner: owner.to_owned(),
        group: owner.to_owned(),
        mode,
        content: rendered.text,
        lines: rendered.lines,
        set: "postgres",
        actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        verbatim: false,
    };
    let conf = render(
        Language::Postgres,
        "postgres/conf",
        include_str!("postgresql.conf.hbs"),
        &view,
    );
    let drop_in = DropInView {
        origin: service.origin.child("limits"),
        memory: section.limits.memory.map(|memory| memory.get()),
        cpu_quota: section.limits.cpus.map(|cpus| cpus.thousandths() / 10),
    };
    let drop_in = render(
        Language::Systemd,
        "postgres/drop-in",
        include_str!("drop-in.conf.hbs"),
        &drop_in,
    );
    let statements = format!("/etc/{site}/postgres/{}/roles.sql", service.name);
    let files = vec![
        file(
            format!("{folder}/conf.d/{site}.conf"),
            conf,
            "postgres",
            0o640,
            &[&restart],
        ),
        file(
            format!("{folder}/pg_hba.conf"),
            crate::render::Rendered {
                text: roles.hba.text.clone(),
                lines: roles.hba.lines.clone(),
            },
            "postgres",
            0o640,
            &[&reload],
        ),
        file(
            format!("/etc/systemd/system/{unit}.d/{site}.conf"),
            drop_in,
            "root",
            0o644,
            &["systemd", &restart],
        ),
        file(
            statements.clone(),
            crate::render::Rendered {
                text: roles.sql.text.clone(),
                lines: roles.sql.lines.clone(),
            },
            "root",
            0o600,
            &[&apply],
        ),
    ];
    let binary = format!("/usr/lib/postgresql/{version}/bin/postgres");
    let action = |name: &str, order: u16, check: Option<String>, run: String, effect: String| Action {
        name: name.to_owned(),
        order,
        check,
        run: Some(run),
        effect,
    };
    let repository = (version != packaged(os)).then_some(Repository::Postgresql);
    let target = lowering.host(host);
    target.packages.push(Package {
        name: format!("postgresql-{version}"),
        repository,
    });
    target.files.extend(files);
    target.actions.extend([
        action(
            &restart,
            order::DATABASE,
            Some(format!(
                "runuser -u postgres -- {} >/dev/null",
                shell_words(&[
                    binary.as_str(),
                    "-D",
                    &format!("/var/lib/postgresql/{version}/main"),
                    "-c",
                    &format!("config_file={folder}/postgresql.conf"),
                    "-C",
                    "shared_buffers"
                ])
            )),
            format!("systemctl try-restart {}", shell(&unit)),
            format!("restarts PostgreSQL ({}): connections are cut", service.name),
        ),
        action(
            &reload,
            order::DATABASE + 1,
            None,
            format!("systemctl try-reload-or-restart {}", shell(&unit)),
            format!("reloads PostgreSQL ({})", service.name),
        ),
        action(
            &apply,
            order::SCHEMA,
            None,
            format!(
                "runuser -u postgres -- psql -X -q -p {port} -d postgres <{}",
                shell(&statements)
            ),
            format!("applies the roles of {}", service.name),
        ),
    ]);
    target.enabled.push(EnabledUnit {
        name: unit.clone(),
        order: order::DATABASE,
    });
    target.probes.push(Probe {
        name: format!("unit {}", service.name),
        origin: service.origin.clone(),
        check: Check::Unit(unit),
    });
    target.probes.push(Probe {
        name: service.name.clone(),
        origin: service.origin.clone(),
        check: Check::Command(format!("pg_isready -q -h /var/run/postgresql -p {port}")),
    });
    backups(
        section,
        lowering,
        host,
        &Access::Native {
            user: "postgres".into(),
        },
    );
}

/// Loopback, and the addresses that clients come in by.
fn listen(lowering: &mut Lowering<'_>) -> String {
    let mut addresses = vec!["localhost".to_owned()];
    let networks: Vec<ipnet::IpNet> = lowering.clients.iter().flat_map(|client| client.from.clone()).collect();
    for network in networks.iter().filter(|network| !network.addr().is_loopback()) {
        let is_subnet = network.prefix_len() < network.max_prefix_len();
        let address: Option<IpAddr> = if is_subnet {
            // Containers of this host come in by the gateway of their network.
            network.hosts().next()
        } else {
            let name = lowering.service.hosts.first().cloned().unwrap_or_default();
            lowering.host(&name).private.map(|net| net.addr())
        };
        let Some(address) = address.map(|address| address.to_string()) else {
            continue;
        };
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses.join(",")
}
