//! Backups: what is saved, where to, how to bring it back.

use serde::Serialize;

use super::machines::size;
use super::table::{block, table};
use super::{Section, listed, markdown};
use crate::render::escape::{markdown as text, markdown_code as code};
use crate::site::{BackupPlan, BackupSource, BackupWhat, Destination, DestinationPlace, Host, Keep, Site};

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    schedule: String,
    test: Option<String>,
    notify: Option<String>,
    heartbeat: bool,
    etc: String,
    status: String,
    sources: String,
    destinations: String,
    commands: String,
}

pub(super) fn on_host(site: &Site, host: &Host) -> Section {
    let plan = host.backup.as_ref()?;
    let rows: Vec<_> = plan
        .sources
        .iter()
        .map(|source| [code(&source.name), what(source)])
        .collect();
    let last = plan.destinations.last()?;
    let service = plan.sources.iter().find(|source| !source.service.is_empty());
    let source = &service.or(plan.sources.first())?.name;
    let name = &site.name;
    let mut commands = vec![
        (format!("{name}-backup"), "save all of it now"),
        (format!("{name}-backup --only {source}"), "one source"),
        (
            format!("{name}-backup --clean-up"),
            "check, and forget what is not to be kept, now",
        ),
        (format!("{name}-restore --list"), "snapshots"),
        (
            format!("{name}-restore --list --from {}", last.name),
            "those of one destination",
        ),
        (
            format!("{name}-restore {source}"),
            "bring the newest of one source back",
        ),
        (format!("{name}-restore {source} --snapshot ID"), "not the newest"),
    ];
    commands.extend(service.map(|source| {
        (
            format!("{name}-restore --service {}", source.service),
            "all of one service",
        )
    }));
    commands.extend([
        (format!("{name}-restore --all"), "everything"),
        (format!("{name}-restore-test"), "try it; nothing live is touched"),
    ]);
    let view = View {
        site: &site.name,
        schedule: code(&plan.schedule),
        test: plan.test_restore.as_ref().map(|schedule| code(schedule)),
        notify: (!plan.notify.is_empty()).then(|| listed(plan.notify.iter().map(|name| code(name)))),
        heartbeat: plan.heartbeat.is_some(),
        etc: site.etc(),
        status: code(&plan.status_file),
        sources: table(["Source", "What"], &rows),
        destinations: destinations(plan),
        commands: block(&commands),
    };
    Some(markdown("docs/backups", include_str!("backups.md.hbs"), &view))
}

fn destinations(plan: &BackupPlan) -> String {
    let rows: Vec<_> = plan
        .destinations
        .iter()
        .map(|destination| {
            [
                code(&destination.name),
                place(destination),
                kept(plan.keep_of(destination)),
                code(&destination.password),
            ]
        })
        .collect();
    table(["Destination", "Where", "Kept", "Password"], &rows)
}

fn what(source: &BackupSource) -> String {
    match &source.what {
        BackupWhat::PostgresDatabase { database, .. } => format!("the PostgreSQL database {}", code(database)),
        BackupWhat::PostgresGlobals { .. } => "roles of PostgreSQL, with their passwords".into(),
        BackupWhat::Redis { .. } => "all of Redis".into(),
        BackupWhat::Sqlite { path } => format!("the SQLite database {}", code(path)),
        BackupWhat::Paths { paths } => listed(paths.iter().map(|path| code(path))),
        BackupWhat::Volume { name } => format!("the volume {}", code(name)),
    }
}

fn place(destination: &Destination) -> String {
    match &destination.place {
        DestinationPlace::Path(path) => format!("{} on this host", code(path)),
        DestinationPlace::S3 {
            endpoint,
            bucket,
            region,
            prefix,
            ..
        } => {
            let at = endpoint.as_ref().map_or_else(|| "S3".into(), |endpoint| code(endpoint));
            let region = region
                .as_ref()
                .map_or_else(String::new, |region| format!(", {}", text(region)));
            let prefix = if prefix.is_empty() {
                String::new()
            } else {
                format!(", below {}", code(prefix))
            };
            format!("bucket {} at {at}{region}{prefix}", code(bucket))
        }
        DestinationPlace::Sftp { host, user, path, .. } => format!("SFTP, {}", code(&format!("{user}@{host}:{path}"))),
        DestinationPlace::Rclone { remote, .. } => format!("rclone, {}", code(remote)),
    }
}

pub(super) fn kept(keep: &Keep) -> String {
    let counts = [
        (keep.daily, "daily"),
        (keep.weekly, "weekly"),
        (keep.monthly, "monthly"),
        (keep.yearly, "yearly"),
    ];
    let some: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    listed(some)
}

pub(super) fn everywhere(site: &Site) -> Section {
    let rows: Vec<_> = site
        .hosts
        .iter()
        .map(|host| match &host.backup {
            Some(plan) => [
                format!("[{0}]({0}/README.md#backups)", host.name),
                code(&plan.schedule),
                listed(plan.sources.iter().map(|source| code(&source.name))),
                listed(plan.destinations.iter().map(|destination| code(&destination.name))),
                plan.test_restore
                    .as_ref()
                    .map_or_else(|| "never".into(), |test| code(test)),
            ],
            None => [text(&host.name), "never".into(), "–".into(), "–".into(), "–".into()],
        })
        .collect();
    let rows = table(["Host", "When", "What", "Where to", "Restore tried"], &rows);
    let lost: Vec<String> = site
        .services
        .iter()
        .filter(|service| service.stateful)
        .filter(|service| {
            let saved = |host: &Host| {
                host.backup
                    .iter()
                    .flat_map(|plan| &plan.sources)
                    .any(|source| source.service == service.name)
            };
            !site.hosts.iter().any(saved)
        })
        .map(|service| code(&service.name))
        .collect();
    let warning = if lost.is_empty() {
        String::new()
    } else {
        format!(
            "\n**Not backed up in this environment, though they keep data: {}.**\n",
            lost.join(", ")
        )
    };
    Some(format!("## Backups\n\n{rows}{warning}"))
}

/// Destinations that are still there when the host is not.
pub(super) fn elsewhere(host: &Host) -> impl Iterator<Item = &Destination> {
    host.backup
        .iter()
        .flat_map(|plan| &plan.destinations)
        .filter(|destination| !matches!(destination.place, DestinationPlace::Path(_)))
}

/// Secrets that it takes to get at a destination.
pub(super) fn keys(destination: &Destination) -> Vec<&str> {
    let mut keys = vec![destination.password.as_str()];
    match &destination.place {
        DestinationPlace::Path(_) => {}
        DestinationPlace::S3 {
            access_key_id,
            secret_access_key,
            ..
        } => keys.extend([access_key_id.as_str(), secret_access_key]),
        DestinationPlace::Sftp { key, .. } => keys.push(key),
        DestinationPlace::Rclone { config, .. } => keys.push(config),
    }
    keys
}

/// How large the machine in its place must be.
pub(super) fn room(host: &Host) -> String {
    format!(
        "{} CPUs, {} of memory, {} of disk",
        host.cpus,
        size(host.memory),
        size(host.disk)
    )
}

/// When a restore is tried, if it is.
pub(super) fn tried(site: &Site) -> Option<&str> {
    site.hosts
        .iter()
        .filter_map(|host| host.backup.as_ref())
        .find_map(|plan| plan.test_restore.as_deref())
}
