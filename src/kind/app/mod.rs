//! Kind `app`: a program of one's own.

mod container;
mod environment;
mod files;
mod refuse;
mod systemd;

pub(super) use systemd::release_directories;

use super::{Kind, Lowering, PortWish, ProcessWish, Runtime, server};
use crate::diag::Diagnostic;
use crate::manifest::services::{App, AppRuntime, Common, DataType, HealthProbe, Process, Run, Update};
use crate::site::{self, Data, Opening, Pointer, Protocol, Variable};

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
                cpus: server::cpus(run.limits),
                stop_first: stops_first(self, &run),
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

    fn data(&self, service: &Pointer) -> Vec<Data> {
        self.data
            .iter()
            .map(|(name, data)| Data {
                origin: service.child("data").child(name.as_str()),
                path: data.path.to_string(),
                sqlite: data.holds == DataType::Sqlite,
                backup: data.backup,
            })
            .collect()
    }

    fn release(&self) -> Option<site::Release> {
        self.release.as_ref().map(|release| site::Release {
            dir: release.dir.to_string(),
            keep: release.keep,
        })
    }

    fn migrates(&self) -> bool {
        self.migrate.is_some()
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
        unasked(self, lowering);
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

/// Two processes at one SQLite file is what nobody wants by default.
fn stops_first(app: &App, run: &Run) -> bool {
    let shares_file = app.data.values().any(|data| data.holds == DataType::Sqlite);
    run.update.map_or(shares_file, |update| update == Update::StopFirst)
}

/// Bytes that a command of the app's own may use: as many as the largest of its processes.
fn memory(app: &App) -> Option<u64> {
    runs(app)
        .iter()
        .filter_map(|(_, run)| Some(run.limits.memory?.get()))
        .max()
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

/// A health check by path has nowhere to ask without a port.
fn unasked(app: &App, lowering: &mut Lowering<'_>) {
    for (process, (_, run)) in lowering.service.processes.iter().zip(runs(app)) {
        let Some(HealthProbe::Path(path)) = run.health.as_ref().map(|health| &health.probe) else {
            continue;
        };
        if run.port.is_some() {
            continue;
        }
        lowering.found.push(
            Diagnostic::error("no-port", format!("`{}` listens on no port", process.label))
                .at(
                    process.origin.child("health"),
                    format!("`{path}` is to be asked for there"),
                )
                .why("Nothing could be asked, and the service would pass for well whatever it does.")
                .help(format!(
                    "add `port:` to `{}`, or ask by `health: {{command: […]}}`",
                    process.label
                )),
        );
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
                interface: None,
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

/// The packages that a program of the distribution comes with, by its name; it is in `/usr/bin`.
fn distribution_packages(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "node" | "nodejs" => &["nodejs"],
        "npm" | "npx" => &["npm"],
        "python3" => &["python3"],
        "php" => &["php-cli"],
        "ruby" => &["ruby"],
        "bundle" => &["ruby-bundler"],
        "java" => &["default-jre-headless"],
        "perl" => &["perl"],
        _ => return None,
    })
}
