//! Kind `app`: a program of one's own.

mod container;
mod environment;
mod files;
mod refuse;
mod systemd;

pub(super) use systemd::release_directories;

use std::collections::BTreeMap;

use super::{Kind, Lowering, PortWish, ProcessWish, Runtime};
use crate::manifest::services::{App, AppRuntime, Common, Process, Run};
use crate::site::{Opening, Pointer, Protocol, Variable};

impl Kind for App {
    fn common(&self) -> &Common {
        &self.common
    }

    fn runtime(&self) -> Runtime {
        match (self.runtime, &self.image) {
            (Some(AppRuntime::Container), _) | (None, Some(_)) => Runtime::Container,
            (Some(AppRuntime::Systemd), _) | (None, None) => Runtime::Systemd,
        }
    }

    fn protocol(&self) -> &'static str {
        "http"
    }

    fn is_stateful(&self) -> bool {
        self.data.values().any(|data| data.backup)
    }

    fn is_spread(&self) -> bool {
        false
    }

    fn processes(&self) -> Vec<ProcessWish> {
        runs(self)
            .into_iter()
            .map(|(name, run)| ProcessWish {
                name,
                instances: run.instances,
                port: run.port.map(|port| PortWish {
                    listen: port.listen.get(),
                    host: port.host.map(|port| port.get()),
                }),
                memory: run.limits.memory.map(|memory| memory.get()),
            })
            .collect()
    }

    fn variables(&self, service: &Pointer) -> Vec<Variable> {
        let processes = self
            .processes
            .iter()
            .map(|(name, process)| (service.child("processes").child(name.as_str()), &process.run.env));
        let jobs = self
            .jobs
            .iter()
            .map(|(name, job)| (service.child("jobs").child(name.as_str()), &job.env));
        let all = std::iter::once((service.clone(), &self.run.env))
            .chain(processes)
            .chain(jobs);
        all.flat_map(|(origin, env)| environment::written(env, &origin.child("env")))
            .collect()
    }

    fn release_dir(&self) -> Option<String> {
        self.release.as_ref().map(|release| release.dir.to_string())
    }

    fn image(&self) -> Option<String> {
        self.image.as_ref().map(ToString::to_string)
    }

    fn lower(&self, lowering: &mut Lowering<'_>) {
        refuse::contradictions(self, lowering);
        match lowering.service.runtime {
            Runtime::Container => container::lower(self, lowering),
            _ => systemd::lower(self, lowering),
        }
        open_ports(self, lowering);
    }
}

/// The processes of an app by name: its own under the empty name, or those under `processes`, each with what the app says
/// for all of them.
fn runs(app: &App) -> Vec<(String, Run)> {
    if app.processes.is_empty() {
        return vec![(String::new(), app.run.clone())];
    }
    app.processes
        .iter()
        .map(|(name, process)| (name.to_string(), inherit(&app.run, process)))
        .collect()
}

fn inherit(app: &Run, process: &Process) -> Run {
    let own = process.run.clone();
    let mut env = app.env.clone();
    env.extend(own.env);
    Run {
        command: own.command.or_else(|| app.command.clone()),
        instances: own.instances,
        port: own.port,
        socket: own.socket,
        health: own.health,
        metrics: own.metrics.or_else(|| app.metrics.clone()),
        limits: crate::manifest::services::Limits {
            memory: own.limits.memory.or(app.limits.memory),
            cpus: own.limits.cpus.or(app.limits.cpus),
            pids: own.limits.pids.or(app.limits.pids),
        },
        env,
        update: own.update.or(app.update),
    }
}

/// Ports that are open to the world and are not HTTP.
fn open_ports(app: &App, lowering: &mut Lowering<'_>) {
    let service = lowering.service.clone();
    for host in &service.hosts {
        for (name, port) in &app.ports {
            let opening = Opening {
                origin: service.origin.child("ports").child(name.as_str()),
                comment: format!("{} {name}", service.name),
                protocol: protocol(port.protocol),
                ports: (port.port.first.get(), port.port.last.get()),
                from: port.from.iter().map(|network| network.net()).collect(),
                limit: false,
            };
            lowering.host(host).openings.push(opening);
        }
    }
}

fn protocol(protocol: crate::manifest::services::Protocol) -> Protocol {
    match protocol {
        crate::manifest::services::Protocol::Tcp => Protocol::Tcp,
        crate::manifest::services::Protocol::Udp => Protocol::Udp,
    }
}

/// Packages that a program of a known path comes with.
fn interpreter_packages(program: &str) -> &'static [&'static str] {
    let table: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("/usr/bin/node", ["nodejs"].as_slice()),
        ("/usr/bin/python3", ["python3"].as_slice()),
        ("/usr/bin/php", ["php-cli"].as_slice()),
        ("/usr/bin/ruby", ["ruby"].as_slice()),
        ("/usr/bin/java", ["default-jre-headless"].as_slice()),
        ("/usr/bin/perl", ["perl"].as_slice()),
    ]);
    table.get(program).copied().unwrap_or(&[])
}
