//! An app as units of systemd.

use super::environment::{Environment, environment, on_host};
use super::{distribution_packages, files, runs};
use crate::kind::placed::instance_name;
use crate::kind::{Connection, Lowering, PlacedProcess, server};
use crate::manifest::services::{App, DataType, Health, HealthProbe, Job, Release, Run};
use crate::manifest::values::Argument;
use crate::render::escape::shell_words;
use crate::site::{
    BackupSource, BackupWhat, Check, Directory, EnabledUnit, EnvironmentFile, Host, Job as CronJob, JobRun, Package,
    Pointer, Probe, Repository, Sandbox, Unit, UnitKind, User, order,
};

/// The link to the release that serves.
const CURRENT: &str = "current";
/// The link to the one that is about to: its migrations run before it is `current`.
const NEXT: &str = "next";

pub(super) fn lower(app: &App, lowering: &mut Lowering<'_>) {
    for host in &lowering.service.hosts.clone() {
        let user = app.user.as_ref().map_or_else(
            || format!("{}-{}", lowering.site.name, lowering.service.name),
            ToString::to_string,
        );
        prepare(app, &user, lowering, host);
        files::lower(&app.files, &user, lowering, host);
        let connections = on_host(lowering.connections, host);
        for (process, (_, run)) in lowering.service.processes.clone().iter().zip(runs(app)) {
            // An app may have nothing but jobs.
            if run.command.is_none() {
                continue;
            }
            let unit = unit(app, &run, process, &user, host, &connections, lowering);
            probe(&run, process, host, lowering);
            let target = lowering.host(host);
            target.enabled.extend(unit.instances.iter().map(|instance| EnabledUnit {
                name: format!("{}@{instance}.service", unit.name),
                order: order::APPS,
            }));
            target.units.push(unit);
        }
        for (name, job) in &app.jobs {
            schedule(app, name.as_str(), job, &user, host, &connections, lowering);
        }
        migrate(app, &user, host, lowering);
    }
}

/// Packages, user, directories and backups.
fn prepare(app: &App, user: &str, lowering: &mut Lowering<'_>, host: &str) {
    let service = lowering.service.clone();
    let site = lowering.site.name.clone();
    let programs: Vec<String> = runs(app)
        .iter()
        .filter_map(|(_, run)| run.command.clone())
        .chain(app.jobs.values().map(|job| job.command.clone()))
        .chain(app.migrate.clone())
        .filter_map(|argv| command(app, CURRENT, &argv).first().cloned())
        .collect();
    let node = app.node.as_ref().and_then(|version| version.major().parse().ok());
    let target = lowering.host(host);
    for program in programs {
        let name = program.strip_prefix("/usr/bin/");
        for package in name.and_then(distribution_packages).unwrap_or_default() {
            let package = match (*package, node) {
                // NodeSource's package holds npm and npx too.
                ("nodejs" | "npm", Some(version)) => Package {
                    name: "nodejs".to_owned(),
                    repository: Some(Repository::NodeSource(version)),
                },
                (name, _) => Package::of_distribution(name),
            };
            push_new(&mut target.packages, package);
        }
    }
    for name in &app.packages {
        push_new(&mut target.packages, Package::of_distribution(name.to_string()));
    }
    let home = app
        .release
        .as_ref()
        .map_or_else(|| format!("/var/lib/{site}"), |release| release.dir.to_string());
    push_new(
        &mut target.users,
        User {
            name: user.to_owned(),
            origin: service.origin.clone(),
            description: format!("{} of {site}", service.name),
            home,
            groups: Vec::new(),
        },
    );
    if let Some(release) = &app.release {
        release_directories(target, release, &service.origin.child("release"));
    }
    for (name, data) in &app.data {
        let origin = service.origin.child("data").child(name.as_str());
        let path = data.path.to_string();
        let directory = match data.holds {
            DataType::Files => path.clone(),
            DataType::Sqlite => parent(&path).to_owned(),
        };
        push_new(
            &mut target.directories,
            Directory {
                path: directory,
                origin: origin.clone(),
                owner: user.to_owned(),
                group: user.to_owned(),
                mode: 0o750,
            },
        );
        if data.backup {
            let what = match data.holds {
                DataType::Files => BackupWhat::Paths { paths: vec![path] },
                DataType::Sqlite => BackupWhat::Sqlite { path },
            };
            target.backup_sources.push(BackupSource {
                name: format!("{}/{name}", service.name),
                service: service.name.clone(),
                origin,
                what,
            });
        }
    }
}

/// `releases/` belongs to root: a running process cannot change its own code.
pub(in crate::kind) fn release_directories(target: &mut Host, release: &Release, origin: &Pointer) {
    for path in [
        parent(release.dir.as_str()).to_owned(),
        release.dir.to_string(),
        format!("{}/releases", release.dir),
    ] {
        push_new(
            &mut target.directories,
            Directory {
                path,
                origin: origin.clone(),
                owner: "root".into(),
                group: "root".into(),
                mode: 0o755,
            },
        );
    }
}

fn parent(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit_once('/')
        .map_or("/", |(parent, _)| if parent.is_empty() { "/" } else { parent })
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn unit(
    app: &App,
    run: &Run,
    process: &PlacedProcess,
    user: &str,
    host: &str,
    connections: &[Connection],
    lowering: &mut Lowering<'_>,
) -> Unit {
    let site = lowering.site.name.clone();
    let name = format!("{site}-{}", process.label);
    let environment = environment(&run.env, &process.origin, host, connections, lowering);
    let instances: Vec<_> = process
        .instances
        .iter()
        .filter(|instance| instance.host == host)
        .collect();
    let ports: Vec<u16> = instances
        .iter()
        .filter_map(|instance| Some(instance.port?.host))
        .collect();
    let mut unit = base(
        app,
        &name,
        process.origin.clone(),
        user,
        environment,
        connections,
        &site,
    );
    unit.description = format!("{} of {site}", process.label);
    unit.instances = instances.iter().map(|instance| instance_name(instance)).collect();
    unit.instance_variable = (!ports.is_empty()).then(|| "PORT".to_owned());
    unit.ports = ports;
    unit.command = command(app, CURRENT, run.command.as_deref().unwrap_or_default());
    unit.memory = run.limits.memory.map(|memory| memory.get());
    unit.cpus = server::cpus(run.limits);
    unit.tasks = run.limits.pids;
    let open = app.ports.values().map(|port| port.port.first.get());
    unit.sandbox.low_ports = unit.ports.iter().copied().chain(open).any(|port| port < 1024);
    unit
}

/// What the unit of a process and that of a job have in common.
fn base(
    app: &App,
    name: &str,
    origin: Pointer,
    user: &str,
    environment: Environment,
    connections: &[Connection],
    site: &str,
) -> Unit {
    let current = app.release.as_ref().map(|release| format!("{}/{CURRENT}", release.dir));
    let writable = app.data.values().map(|data| {
        if data.holds == DataType::Sqlite {
            parent(data.path.as_str()).to_owned()
        } else {
            data.path.to_string()
        }
    });
    Unit {
        name: name.to_owned(),
        origin,
        description: String::new(),
        instances: Vec::new(),
        kind: UnitKind::Service,
        user: user.to_owned(),
        group: user.to_owned(),
        working_directory: current.clone(),
        command: Vec::new(),
        before_start: Vec::new(),
        environment: environment.plain,
        instance_variable: None,
        environment_file: (!environment.secret.is_empty()).then(|| EnvironmentFile {
            path: format!("/etc/{site}/env/{name}.env"),
            variables: environment.secret,
        }),
        credentials: environment.credentials,
        after: connections
            .iter()
            .flat_map(|connection| connection.after.clone())
            .collect(),
        wants: connections
            .iter()
            .flat_map(|connection| connection.after.clone())
            .collect(),
        memory: None,
        cpus: None,
        tasks: None,
        sandbox: Sandbox {
            writable: writable.collect(),
            jit: true,
            ..Sandbox::default()
        },
        settings: app
            .settings
            .iter()
            .map(|(key, value)| (key.to_string(), files::setting_text(value)))
            .collect(),
        needs_path: current,
        order: order::APPS,
        ports: Vec::new(),
        calendar: Vec::new(),
    }
}

/// argv with an absolute program: one of the distribution by its bare name, any other relative one begins at the release.
fn command(app: &App, link: &str, argv: &[Argument]) -> Vec<String> {
    let mut argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
    if let Some(program) = argv.first_mut() {
        match &app.release {
            _ if distribution_packages(program).is_some() => *program = format!("/usr/bin/{program}"),
            Some(release) if !program.starts_with('/') => *program = format!("{}/{link}/{program}", release.dir),
            Some(_) | None => {}
        }
    }
    argv
}

fn probe(run: &Run, process: &PlacedProcess, host: &str, lowering: &mut Lowering<'_>) {
    let site = lowering.site.name.clone();
    let service = lowering.service.clone();
    for instance in process.instances.iter().filter(|instance| instance.host == host) {
        let handle = service.handle(&site, process, instance);
        let name = format!("{}@{}", process.label, instance_name(instance));
        let unit = Probe {
            name: format!("unit {name}"),
            origin: process.origin.clone(),
            check: Check::Unit(handle),
        };
        let answer = run
            .health
            .as_ref()
            .and_then(|health| check(health, instance.port.map(|port| port.host)));
        let target = lowering.host(host);
        target.probes.push(unit);
        target.probes.extend(answer.map(|check| Probe {
            name,
            origin: process.origin.child("health"),
            check,
        }));
    }
}

/// What the health check asks of an instance on this port.
pub(super) fn check(health: &Health, port: Option<u16>) -> Option<Check> {
    match &health.probe {
        HealthProbe::Path(path) => Some(Check::Http {
            url: format!("http://127.0.0.1:{}{path}", port?),
            host: health.host.as_ref().map(ToString::to_string),
        }),
        HealthProbe::Tcp(port) => Some(Check::Tcp {
            address: "127.0.0.1".into(),
            port: port.get(),
        }),
        HealthProbe::Command(argv) => Some(Check::Command(shell_words(argv))),
    }
}

/// A job is a one-shot unit, so that it has the service's sandbox, limits and environment; cron starts it.
fn schedule(
    app: &App,
    name: &str,
    job: &Job,
    user: &str,
    host: &str,
    connections: &[Connection],
    lowering: &mut Lowering<'_>,
) {
    let site = lowering.site.name.clone();
    let service = lowering.service.name.clone();
    let origin = lowering.service.origin.child("jobs").child(name);
    let unit_name = format!("{site}-{service}-{name}");
    let mut env = app.run.env.clone();
    env.extend(job.env.clone());
    let environment = environment(&env, &origin, host, connections, lowering);
    let mut unit = base(app, &unit_name, origin.clone(), user, environment, connections, &site);
    unit.description = format!("Job {name} of {service}");
    once(&mut unit, app, command(app, CURRENT, &job.command));
    unit.settings
        .push(("TimeoutStartSec".into(), job.timeout.as_secs().to_string()));
    let cron = CronJob {
        name: format!("{service}-{name}"),
        origin,
        schedule: job.schedule.to_string(),
        user: "root".into(),
        run: JobRun::Unit(format!("{unit_name}.service")),
        description: unit.description.clone(),
        notify: job.notify.iter().map(ToString::to_string).collect(),
    };
    let target = lowering.host(host);
    target.units.push(unit);
    target.jobs.push(cron);
}

/// The migrations are a one-shot unit too; deploying a release starts it.
fn migrate(app: &App, user: &str, host: &str, lowering: &mut Lowering<'_>) {
    let Some(argv) = &app.migrate else { return };
    if lowering.service.migration_host() != Some(host) {
        return;
    }
    let site = lowering.site.name.clone();
    let name = lowering.service.migration(&site);
    let origin = lowering.service.origin.clone();
    let connections = on_host(lowering.migrations, host);
    let environment = environment(&app.run.env, &origin, host, &connections, lowering);
    let mut unit = base(
        app,
        &name,
        origin.child("migrate"),
        user,
        environment,
        &connections,
        &site,
    );
    unit.description = format!("Migrations of {}", lowering.service.name);
    once(&mut unit, app, command(app, NEXT, argv));
    unit.working_directory = app.release.as_ref().map(|release| format!("{}/{NEXT}", release.dir));
    unit.needs_path.clone_from(&unit.working_directory);
    unit.settings.push(("TimeoutStartSec".into(), "infinity".into()));
    lowering.host(host).units.push(unit);
}

/// Runs to its end, with what the service may take.
fn once(unit: &mut Unit, app: &App, command: Vec<String>) {
    unit.kind = UnitKind::Oneshot;
    unit.command = command;
    unit.memory = super::memory(app);
}
