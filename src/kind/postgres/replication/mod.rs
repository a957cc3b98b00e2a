//! Streaming replication: the first host takes writes, the others follow it, and a person promotes one of them.
//!
//! Every member is set up so that it could be the primary: each lets the others replicate from it, and a standby follows
//! whichever member takes writes. So a promotion changes no file; what the manifest says follows it later.

mod refuse;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use super::sizing::Size;
use super::{SET, packaged};
use crate::kind::server::{self, Budget, file, push_new};
use crate::kind::{Lowering, Placed, Runtime};
use crate::manifest::services::Postgres;
use crate::render::escape;
use crate::site::{
    Action, Check, ConfigFile, Encoding, Host, Mount, Opening, Pointer, Precondition, Probe, Protocol, Replication,
    order, placeholder,
};

pub(super) use refuse::contradictions;

/// The login that standbys come with. One cluster is of one service, so it needs no other name.
pub(super) const ROLE: &str = "standby";

/// The image's user, which no user of the host is.
const IMAGE_USER: &str = "999";

const ENGINE_NAME: &str = "postgres-members";
const ENGINE: &str = concat!(
    include_str!("members.sh"),
    "\n",
    include_str!("standby.sh"),
    "\n",
    include_str!("promote.sh"),
    "\n",
    include_str!("main.sh"),
);

/// A member in the midst of the others.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) host: String,
    pub(super) address: IpAddr,
    pub(super) port: u16,
    pub(super) slot: String,
}

/// All that have a copy, the primary first.
#[derive(Debug, Clone)]
pub(super) struct Members {
    pub(super) all: Vec<Member>,
    pub(super) encrypted: bool,
    pub(super) secret: String,
    pub(super) origin: Pointer,
    max_lag: u64,
    /// `max_worker_processes`, which no standby may have fewer of than the primary.
    workers: u32,
}

/// What the manifest's section comes to; nothing where it cannot be.
pub(super) fn of(postgres: &Postgres, service: &Placed) -> Option<Replication> {
    let section = postgres.replication?;
    let (primary, standbys) = service.hosts.split_first()?;
    (!standbys.is_empty()).then(|| Replication {
        origin: service.origin.child("replication"),
        primary: primary.clone(),
        standbys: standbys.to_vec(),
        // A container has no certificate: it is refused where no tunnel encrypts.
        encrypted: postgres.is_encrypted(true, service.runtime == Runtime::Container),
        max_lag: section.max_lag.as_secs(),
    })
}

/// Name of the secret that standbys log in with.
fn secret(service: &str) -> String {
    format!("{service}_standby").replace('-', "_")
}

impl Members {
    pub(super) fn new(postgres: &Postgres, lowering: &mut Lowering<'_>) -> Option<Self> {
        let replication = of(postgres, lowering.service)?;
        let service = lowering.service.clone();
        let ports = |host: &str| {
            let mut instances = service.processes.iter().flat_map(|process| &process.instances);
            let instance = instances.find(|instance| instance.host == host);
            instance
                .and_then(|instance| instance.port)
                .map_or(5432, |port| port.host)
        };
        let mut workers = 0;
        let all = replication
            .members()
            .filter_map(|name| {
                let host = lowering.host(name);
                workers = workers.max(Size::workers(Budget::new(postgres.limits, host, 4)));
                Some(Member {
                    host: name.to_owned(),
                    address: host.private?.addr(),
                    port: ports(name),
                    slot: format!("standby_{}", name.replace('-', "_")),
                })
            })
            .collect();
        Some(Self {
            all,
            encrypted: replication.encrypted,
            secret: secret(&service.name),
            origin: replication.origin,
            max_lag: replication.max_lag,
            workers,
        })
    }

    pub(super) fn others<'a>(&'a self, host: &'a str) -> impl Iterator<Item = &'a Member> {
        self.all.iter().filter(move |member| member.host != host)
    }

    pub(super) fn workers(&self) -> u32 {
        self.workers
    }

    fn sslmode(&self) -> &'static str {
        if self.encrypted { "require" } else { "prefer" }
    }

    /// A standby follows whichever of the others takes writes. On the primary the same stands ready.
    pub(super) fn settings(&self, passfile: &str, host: &str) -> Vec<(&'static str, String)> {
        let join = |field: fn(&Member) -> String| self.others(host).map(field).collect::<Vec<_>>().join(",");
        let slot = self.all.iter().find(|member| member.host == host);
        let slot = slot.map(|member| member.slot.clone()).unwrap_or_default();
        let conninfo = format!(
            "host={} port={} user={ROLE} passfile={passfile} sslmode={} application_name={slot} connect_timeout=5 target_session_attrs=primary",
            join(|member| member.address.to_string()),
            join(|member| member.port.to_string()),
            self.sslmode(),
        );
        vec![
            ("wal_level", "replica".to_owned()),
            ("max_wal_senders", (self.all.len() * 2 + 4).max(10).to_string()),
            ("max_replication_slots", (self.all.len() + 4).max(10).to_string()),
            ("hot_standby", "on".to_owned()),
            ("primary_conninfo", conninfo),
            ("primary_slot_name", slot),
        ]
    }

    /// What the member on this host has beside the server's own files. `data` is its data directory.
    pub(super) fn lower(&self, names: &Names<'_>, host: &str, target: &mut Host) {
        let Names { site, service, .. } = names;
        let action = format!("postgres-{service}-join");
        let is_standby = self.all.first().is_none_or(|primary| primary.host != host);
        let in_container = names.in_container();
        let passfile = format!("*:*:*:{ROLE}:{}\n", placeholder(&self.secret, Encoding::Pgpass));
        let join = is_standby.then_some(action.as_str());
        let again = in_container.then_some(names.started.as_str());
        let triggers: Vec<&str> = join.into_iter().chain(again).collect();
        let triggers = triggers.as_slice();
        let owner = if in_container { IMAGE_USER } else { "postgres" };
        target.files.extend([
            file(
                SET,
                names.members(),
                0o644,
                self.list(names, host),
                &self.origin,
                triggers,
            ),
            ConfigFile {
                owner: owner.into(),
                group: owner.into(),
                ..file(SET, names.passfile(), 0o600, passfile, &self.origin, triggers)
            },
        ]);
        programs(names, target);
        target.preconditions.push(Precondition {
            name: (*service).to_owned(),
            command: format!("bash \"$STAGED/usr/local/lib/{site}/{ENGINE_NAME}\" standby {service} may-run"),
        });
        if is_standby {
            target.actions.push(Action {
                name: action,
                // Before the unit starts, and after the way to the primary is there.
                order: order::DATABASE - 1,
                check: None,
                run: Some(format!("/usr/local/sbin/{site}-standby {service} join")),
                effect: format!("copies the primary of {service}, where nothing was stored yet"),
            });
        }
        for other in self.others(host) {
            let opening = Opening {
                origin: self.origin.clone(),
                comment: format!("{service} for its copy on {}", other.host),
                protocol: Protocol::Tcp,
                ports: (names.port, names.port),
                from: vec![other.address.into()],
                interface: None,
                limit: false,
            };
            push_new(&mut target.openings, opening);
        }
        target.probes.push(Probe {
            name: format!("replication {service}"),
            origin: self.origin.clone(),
            check: Check::Replication {
                service: (*service).to_owned(),
                stop: names.stop(),
            },
        });
    }

    /// `members.tsv`.
    fn list(&self, names: &Names<'_>, host: &str) -> String {
        let major = names.major;
        let mut lines = vec![
            "# Made by Sitewright from the site's manifest: change that, not this file.".to_owned(),
            "# Who has a copy, the primary first: name, address and port.".to_owned(),
        ];
        let mut line = |fields: [&str; 2]| lines.push(escape::fields(&fields));
        if names.in_container() {
            line(["runtime", "container"]);
            line(["data", &names.data()]);
        } else {
            line(["data", &format!("/var/lib/postgresql/{major}/main")]);
            line(["programs", &format!("/usr/lib/postgresql/{major}/bin")]);
        }
        line(["unit", names.unit]);
        line(["port", &names.listen.to_string()]);
        line(["user", ROLE]);
        line(["sslmode", self.sslmode()]);
        line(["max_lag", &self.max_lag.to_string()]);
        line(["self", host]);
        for member in &self.all {
            lines.push(escape::fields(&[
                "member",
                &member.host,
                &format!("{} {}", member.address, member.port),
            ]));
        }
        lines.join("\n") + "\n"
    }
}

/// The engine, and a command for each of the two things that people do with it.
fn programs(names: &Names<'_>, target: &mut Host) {
    let (site, origin) = (names.site, names.origin);
    let engine = format!("/usr/local/lib/{site}/{ENGINE_NAME}");
    // Another server of the host may have brought them.
    if target.files.iter().any(|file| file.path == engine) {
        return;
    }
    target
        .files
        .push(file(SET, engine.clone(), 0o755, ENGINE.to_owned(), origin, &[]));
    target.files.extend(["standby", "promote"].map(|name| {
        let text = format!("#!/bin/sh\nexec {} {name} \"$@\"\n", escape::shell(&engine));
        file(SET, format!("/usr/local/sbin/{site}-{name}"), 0o755, text, origin, &[])
    }));
}

/// What a member's files are named by.
pub(super) struct Names<'a> {
    pub(super) site: &'a str,
    pub(super) service: &'a str,
    pub(super) origin: &'a Pointer,
    pub(super) runtime: Runtime,
    /// The unit, or the compose service.
    pub(super) unit: &'a str,
    pub(super) major: u32,
    /// The port that other hosts find it at.
    pub(super) port: u16,
    /// The port that it listens on itself.
    pub(super) listen: u16,
    /// The action that makes its container anew.
    pub(super) started: String,
}

impl Names<'_> {
    fn in_container(&self) -> bool {
        self.runtime == Runtime::Container
    }

    /// Where the image keeps its data.
    fn data(&self) -> String {
        let major = self.major;
        if major >= 18 {
            format!("/var/lib/postgresql/{major}/docker")
        } else {
            "/var/lib/postgresql/data".to_owned()
        }
    }

    /// What stops it, so that it stays so.
    fn stop(&self) -> String {
        if self.in_container() {
            format!("{} stop {}", server::compose(self.site), self.unit)
        } else {
            format!("systemctl disable --now {}", self.unit)
        }
    }

    /// What a container gets beside its own files, and starts by.
    pub(super) fn in_image(&self) -> (Vec<Mount>, Vec<String>) {
        let engine = format!("/usr/local/lib/{}/{ENGINE_NAME}", self.site);
        let start = ["standby", self.service, "start"].map(str::to_owned);
        let mounts = [engine.clone(), self.members(), self.passfile()].map(|path| Mount::Bind {
            source: path.clone(),
            target: path,
            read_only: true,
        });
        (mounts.into(), std::iter::once(engine).chain(start).collect())
    }

    fn folder(&self) -> String {
        format!("/etc/{}/postgres/{}", self.site, self.service)
    }

    pub(super) fn passfile(&self) -> String {
        format!("{}/passfile", self.folder())
    }

    fn members(&self) -> String {
        format!("{}/members.tsv", self.folder())
    }

    /// The unit asks before it starts whether another member was promoted meanwhile; so it needs the network.
    pub(super) fn drop_in(&self) -> String {
        format!(
            "# A primary that comes back after another member was promoted must not take writes.\nExecStartPre=/usr/local/sbin/{}-standby {} may-start\n\n[Unit]\nAfter=network-online.target\nWants=network-online.target\n",
            self.site, self.service
        )
    }
}

/// The major version of all members is that of the primary's system.
pub(super) fn major(postgres: &Postgres, primary: &Host) -> u32 {
    postgres.major(packaged(primary.os))
}
