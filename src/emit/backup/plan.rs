//! `plan.tsv` and the crontab of backups.

use serde::Serialize;

use crate::render::{Language, Rendered, escape, render as render_template};
use crate::site::{Access, BackupPlan, BackupSource, BackupWhat, Host, Keep, Pointer, Site};

#[derive(Serialize)]
struct PlanView {
    records: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    origin: Pointer,
    text: String,
}

impl Line {
    fn new<S: AsRef<str>>(origin: &Pointer, fields: &[S]) -> Self {
        Self {
            origin: origin.clone(),
            text: escape::fields(fields),
        }
    }
}

pub(super) fn render(site: &Site, host: &Host, backup: &BackupPlan) -> Rendered {
    let mut records = vec![
        Line::new(
            &backup.origin,
            &["host", &format!("{}.{}", site.environment, host.name)],
        ),
        Line::new(&backup.origin, &["status", &backup.status_file]),
    ];
    let mut sources: Vec<&BackupSource> = backup.sources.iter().collect();
    sources.sort_by_key(|source| (rank(site, source), source.name.clone()));
    records.extend(sources.into_iter().map(|source| source_line(site, host, source)));
    for destination in &backup.destinations {
        let Keep {
            daily,
            weekly,
            monthly,
            yearly,
        } = backup.keep_of(destination);
        let place = if matches!(destination.place, crate::site::DestinationPlace::Path(_)) {
            "local"
        } else {
            "remote"
        };
        let fields = ["destination", &destination.name, place].map(str::to_owned);
        let keep = [daily, weekly, monthly, yearly].map(ToString::to_string);
        records.push(Line::new(
            &destination.origin,
            &fields.into_iter().chain(keep).collect::<Vec<_>>(),
        ));
    }
    for channel in site
        .channels
        .iter()
        .filter(|channel| backup.notify.contains(&channel.name))
    {
        records.push(Line::new(&channel.origin, &["notify", &channel.name]));
    }
    if backup.heartbeat.is_some() {
        records.push(Line::new(&backup.origin, &["heartbeat", "backup"]));
    }
    render_template(
        Language::Systemd,
        "backup/plan",
        include_str!("plan.tsv.hbs"),
        &PlanView { records },
    )
}

/// The order in which all of it comes back: roles before databases, and the site's own secrets last, as the running
/// servers still have the ones of this host.
fn rank(site: &Site, source: &BackupSource) -> u8 {
    match &source.what {
        BackupWhat::PostgresGlobals { .. } => 0,
        BackupWhat::PostgresDatabase { .. } => 1,
        BackupWhat::Redis { .. } => 2,
        BackupWhat::Sqlite { .. } => 3,
        BackupWhat::Volume { .. } => 4,
        BackupWhat::Paths { .. } if site.services.iter().any(|service| service.name == source.service) => 5,
        BackupWhat::Paths { .. } => 6,
    }
}

fn source_line(site: &Site, host: &Host, source: &BackupSource) -> Line {
    let users = users(site, host, &source.service);
    let (kind, stop, access, fields): (&str, String, String, Vec<String>) = match &source.what {
        BackupWhat::PostgresDatabase { access, database } => {
            ("postgres", String::new(), words(access), vec![database.clone()])
        }
        BackupWhat::PostgresGlobals { access } => ("globals", String::new(), words(access), Vec::new()),
        BackupWhat::Redis {
            access,
            port,
            password,
            rdb,
        } => (
            "redis",
            users,
            words(access),
            vec![port.to_string(), password.clone(), rdb.clone()],
        ),
        BackupWhat::Sqlite { path } => ("sqlite", users, String::new(), vec![path.clone()]),
        BackupWhat::Paths { paths } => ("paths", users, String::new(), paths.clone()),
        BackupWhat::Volume { name } => ("volume", users, String::new(), vec![name.clone()]),
    };
    let head = ["source".to_owned(), source.name.clone(), kind.to_owned(), stop, access];
    Line::new(&source.origin, &head.into_iter().chain(fields).collect::<Vec<_>>())
}

fn words(access: &Access) -> String {
    match access {
        Access::Native { user } => format!("native {user}"),
        Access::Container { service, user } => format!("container {user}@{service}"),
    }
}

/// What holds the service's data open on this host.
fn users(site: &Site, host: &Host, service: &str) -> String {
    let entries = site
        .services
        .iter()
        .filter(|known| known.name == service)
        .flat_map(|known| {
            let kind = if known.runtime == "container" {
                "container"
            } else {
                "unit"
            };
            let here = known
                .instances
                .iter()
                .filter(|instance| instance.host == host.name && !instance.handle.is_empty());
            here.map(move |instance| format!("{kind}:{}", instance.handle))
        });
    entries.collect::<Vec<_>>().join(",")
}

#[derive(Serialize)]
pub(super) struct CrontabView {
    origin: Pointer,
    site: String,
    contact: String,
    schedule: String,
    test_restore: Option<String>,
}

pub(super) fn crontab(site: &Site, backup: &BackupPlan) -> CrontabView {
    CrontabView {
        origin: backup.origin.clone(),
        site: site.name.clone(),
        contact: site.contact.clone(),
        schedule: backup.schedule.clone(),
        test_restore: backup.test_restore.clone(),
    }
}
