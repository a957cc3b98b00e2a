//! An app in the compose project.

/// The container engine's.
const SOCKET: &str = "/var/run/docker.sock";

use super::environment::{environment, on_host};
use super::{files, runs};
use crate::kind::{Connection, DATA, EDGE, Lowering, PlacedInstance, PlacedProcess, server};
use crate::manifest::EnvValue;
use crate::manifest::services::{App, DataType, Health, HealthProbe, Run};
use crate::manifest::values::{Argument, EnvName};
use crate::site::{
    BackupSource, BackupWhat, Check, Container, EnvironmentFile, Healthcheck, JOBS, Job as CronJob, JobRun, MIGRATE,
    Mount, PortBinding, Probe, Protocol,
};
use std::collections::BTreeMap;

pub(super) fn lower(app: &App, lowering: &mut Lowering<'_>) {
    for host in &lowering.service.hosts.clone() {
        files::lower(&app.files, "root", lowering, host);
        let connections = on_host(lowering.connections, host);
        for (process, (_, run)) in lowering.service.processes.clone().iter().zip(runs(app)) {
            for instance in process.instances.iter().filter(|instance| instance.host == *host) {
                let container = container(app, &run, process, instance, &connections, lowering);
                let probe = Probe {
                    name: format!("container {}", container.name),
                    origin: process.origin.clone(),
                    check: Check::Container(container.name.clone()),
                };
                let target = lowering.host(host);
                target.probes.push(probe);
                target.containers.push(container);
            }
        }
        migrate(app, lowering, host);
        jobs(app, lowering, host);
        backups(app, lowering, host);
    }
}

fn container(
    app: &App,
    run: &Run,
    process: &PlacedProcess,
    instance: &PlacedInstance,
    connections: &[Connection],
    lowering: &mut Lowering<'_>,
) -> Container {
    let service = lowering.service.clone();
    let name = service.container_name(process, instance);
    let environment = environment(&run.env, &process.origin, &instance.host, connections, lowering);
    let mut plain = environment.plain;
    if let Some(port) = instance.port {
        plain.push(("PORT".to_owned(), port.listen.to_string()));
    }
    plain.extend(
        environment
            .credentials
            .iter()
            .map(|file| (file.variable.clone(), format!("/run/secrets/{}", file.secret))),
    );
    let remote = lowering.clients.iter().any(|client| client.host != instance.host);
    let private = lowering.host(&instance.host).private.filter(|_| remote);
    let addresses = std::iter::once("127.0.0.1".to_owned()).chain(private.map(|net| net.addr().to_string()));
    let published = addresses.filter_map(|address| {
        let port = instance.port?;
        Some(PortBinding {
            address,
            host: port.host,
            container: port.listen,
            protocol: Protocol::Tcp,
        })
    });
    let open = app.ports.values().flat_map(|port| {
        (port.port.first.get()..=port.port.last.get()).map(|host| PortBinding {
            address: "0.0.0.0".into(),
            host,
            container: port.target.map_or(host, |target| target.get()),
            protocol: super::protocol(port.protocol),
        })
    });
    let mut networks = vec![EDGE.to_owned()];
    if connections.iter().any(|connection| connection.network.is_some()) {
        networks.push(DATA.to_owned());
    }
    let image = app.image.as_ref().map(ToString::to_string).unwrap_or_default();
    Container {
        image_variable: Some(image_variable(&service.name, &image)),
        image,
        command: run.command.iter().flatten().map(ToString::to_string).collect(),
        entrypoint: Vec::new(),
        environment: plain,
        environment_file: (!environment.secret.is_empty()).then(|| EnvironmentFile {
            path: format!("/etc/{}/env/{name}.env", lowering.site.name),
            variables: environment.secret,
        }),
        ports: published.chain(open).collect(),
        mounts: mounts(app, &service.name),
        networks: if app.network.is_some() { Vec::new() } else { networks },
        host_network: app.network.is_some(),
        healthcheck: run.health.as_ref().and_then(|health| healthcheck(health, instance)),
        depends_on: connections
            .iter()
            .filter_map(|connection| connection.depends_on.clone())
            .collect(),
        user: None,
        read_only: true,
        tmpfs: vec!["/tmp:size=64m,mode=1777".into()],
        capabilities: Vec::new(),
        memory: run.limits.memory.map(|memory| memory.get()),
        cpus: server::cpus(run.limits),
        pids: run.limits.pids,
        shm: None,
        stop_grace: 30,
        secrets: environment
            .credentials
            .iter()
            .map(|file| (file.secret.clone(), file.secret.clone()))
            .collect(),
        extra_hosts: Vec::new(),
        profile: None,
        settings: app
            .settings
            .iter()
            .map(|(key, value)| (key.to_string(), files::setting_json(value)))
            .collect(),
        name,
        service: service.name,
        origin: process.origin.clone(),
    }
}

/// Names the image that was deployed. It holds a digest of the manifest's, so that another one there counts at once, and an
/// older one gets back what was deployed over it.
fn image_variable(name: &str, image: &str) -> String {
    let service: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    let digest = crate::digest::sha256(format!("{name} {image}"));
    format!("{service}_IMAGE_{}", &digest[..12])
}

/// The migrations are a container that is started before the others.
fn migrate(app: &App, lowering: &mut Lowering<'_>, host: &str) {
    let Some(argv) = &app.migrate else { return };
    if lowering.service.migration_host() != Some(host) {
        return;
    }
    let name = lowering.service.migration(&lowering.site.name);
    let connections = on_host(lowering.migrations, host);
    let mut container = Container {
        origin: lowering.service.origin.child("migrate"),
        profile: Some(MIGRATE.into()),
        ..once(app, &name, argv, &app.run.env, &connections, host, lowering)
    };
    // Databases are all that it is for.
    container
        .mounts
        .retain(|mount| !matches!(mount, Mount::Bind { source, .. } if source == SOCKET));
    lowering.host(host).containers.push(container);
}

/// A container that runs a command to its end, with what the app has.
fn once(
    app: &App,
    name: &str,
    argv: &[Argument],
    env: &BTreeMap<EnvName, EnvValue>,
    connections: &[Connection],
    host: &str,
    lowering: &mut Lowering<'_>,
) -> Container {
    let process = PlacedProcess {
        name: String::new(),
        label: name.to_owned(),
        origin: lowering.service.origin.clone(),
        instances: Vec::new(),
    };
    let instance = PlacedInstance {
        host: host.to_owned(),
        ordinal: 1,
        here: 1,
        port: None,
    };
    let run = Run {
        command: Some(argv.to_vec()),
        env: env.clone(),
        health: None,
        ..app.run.clone()
    };
    Container {
        ports: Vec::new(),
        memory: super::memory(app),
        ..container(app, &run, &process, &instance, connections, lowering)
    }
}

fn mounts(app: &App, service: &str) -> Vec<Mount> {
    let data = app.data.iter().map(|(name, data)| Mount::Volume {
        name: format!("{service}-{name}"),
        target: match data.holds {
            DataType::Files => data.path.to_string(),
            DataType::Sqlite => data
                .path
                .as_path()
                .parent()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
        },
    });
    let socket = app.docker_socket.then(|| Mount::Bind {
        source: SOCKET.into(),
        target: SOCKET.into(),
        read_only: false,
    });
    let own = app.files.keys().map(|path| Mount::Bind {
        source: path.to_string(),
        target: path.to_string(),
        read_only: true,
    });
    data.chain(socket).chain(own).collect()
}

/// HTTP is asked with what images usually have: `wget` of BusyBox, or `curl`.
fn healthcheck(health: &Health, instance: &PlacedInstance) -> Option<Healthcheck> {
    let seconds = |duration: crate::manifest::values::Duration| u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    let command = match &health.probe {
        HealthProbe::Command(argv) => argv.iter().map(ToString::to_string).collect(),
        HealthProbe::Path(path) => {
            let url = crate::render::escape::shell(&format!("http://127.0.0.1:{}{path}", instance.port?.listen));
            vec![
                "/bin/sh".into(),
                "-c".into(),
                format!("wget -q -O /dev/null {url} || curl -fsS -o /dev/null {url}"),
            ]
        }
        HealthProbe::Tcp(port) => vec!["/bin/sh".into(), "-c".into(), format!("nc -z 127.0.0.1 {port}")],
    };
    Some(Healthcheck {
        command,
        interval: seconds(health.interval),
        timeout: seconds(health.timeout),
        start_period: seconds(health.start_period),
        retries: health.retries,
    })
}

/// Each job is a container of its own, with its environment, that only cron starts.
fn jobs(app: &App, lowering: &mut Lowering<'_>, host: &str) {
    let service = lowering.service.clone();
    let connections = on_host(lowering.connections, host);
    for (name, job) in &app.jobs {
        let origin = service.origin.child("jobs").child(name.as_str());
        let label = format!("{}-{name}", service.name);
        let mut env = app.run.env.clone();
        env.extend(job.env.clone());
        let container = Container {
            origin: origin.clone(),
            profile: Some(JOBS.into()),
            ..once(app, &label, &job.command, &env, &connections, host, lowering)
        };
        let cron = CronJob {
            name: label.clone(),
            origin,
            schedule: job.schedule.to_string(),
            user: "root".into(),
            run: JobRun::Container {
                name: label,
                timeout: job.timeout.as_secs(),
            },
            description: format!("Job {name} of {}", service.name),
            notify: job.notify.iter().map(ToString::to_string).collect(),
        };
        let target = lowering.host(host);
        target.containers.push(container);
        target.jobs.push(cron);
    }
}

fn backups(app: &App, lowering: &mut Lowering<'_>, host: &str) {
    let service = lowering.service.clone();
    for (name, _) in app.data.iter().filter(|(_, data)| data.backup) {
        lowering.host(host).backup_sources.push(BackupSource {
            name: format!("{}/{name}", service.name),
            service: service.name.clone(),
            origin: service.origin.child("data").child(name.as_str()),
            what: BackupWhat::Volume {
                name: format!("{}-{name}", service.name),
            },
        });
    }
}
