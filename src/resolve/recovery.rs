//! What is kept, and where.

use super::{World, at, messages};
use crate::diag::Diagnostic;
use crate::kind::Secrets;
use crate::manifest::{Backups, Destination as Section, DestinationTarget, Include, Keep as KeepSection};
use crate::site::*;

/// The backup plan of each host that has something to lose.
pub(super) fn backups(world: &World<'_>, hosts: &mut [Host], secrets: &mut Secrets, found: &mut Vec<Diagnostic>) {
    let Some(section) = world.manifest.backups.on() else {
        return;
    };
    let origin = at(["backups"]);
    messages::known(world, &section.notify, &origin, found);
    let heartbeat = section.heartbeat.as_ref();
    let heartbeat = heartbeat.and_then(|address| messages::heartbeat(address, &origin, found));
    for host in hosts {
        include(world, section, host, &origin);
        if host.backup_sources.is_empty() {
            continue;
        }
        let place = BackupSource {
            name: "secrets".into(),
            service: String::new(),
            origin: origin.clone(),
            what: BackupWhat::Paths {
                paths: vec![format!("/etc/{}/secrets", world.site.name)],
            },
        };
        host.backup_sources.push(place);
        messages::beats(&heartbeat, "backups.heartbeat", &origin, host, secrets);
        let destinations = destinations(world, section, host, &origin, secrets);
        host.backup = Some(BackupPlan {
            origin: origin.clone(),
            schedule: section.schedule.to_string(),
            keep: keep(&section.keep),
            sources: host.backup_sources.clone(),
            destinations,
            test_restore: section.test_restore.as_ref().map(ToString::to_string),
            notify: section.notify.iter().map(ToString::to_string).collect(),
            heartbeat: heartbeat.clone(),
            status_file: section.status_file.as_ref().map_or_else(
                || format!("/var/lib/{}/backup-status.json", world.site.name),
                ToString::to_string,
            ),
        });
    }
}

fn include(world: &World<'_>, section: &Backups, host: &mut Host, origin: &Pointer) {
    let site = &world.site.name;
    for item in &section.include {
        let name = match item {
            Include::Code => "code",
            Include::Env => "env",
            Include::Nginx => "nginx",
            Include::Certificates => "certificates",
        };
        let paths = there(*item, site, host);
        // What a host has not cannot be saved: restic would call that a failure.
        if paths.is_empty() {
            continue;
        }
        host.backup_sources.push(BackupSource {
            name: name.to_owned(),
            service: String::new(),
            origin: origin.child("include"),
            what: BackupWhat::Paths { paths },
        });
    }
}

/// The paths of such a part that the host has.
fn there(item: Include, site: &str, host: &Host) -> Vec<String> {
    let when = |is_there: bool, path: String| is_there.then_some(path);
    let paths = match item {
        Include::Code => {
            let code = format!("/opt/{site}");
            let mut directories = host.directories.iter();
            [
                when(
                    directories.any(|directory| directory.path.starts_with(&format!("{code}/"))),
                    code,
                ),
                None,
            ]
        }
        Include::Env => {
            let of_units = host.units.iter().any(|unit| unit.environment_file.is_some());
            let mut containers = host.containers.iter();
            let of_containers = containers.any(|container| container.environment_file.is_some());
            [when(of_units || of_containers, format!("/etc/{site}/env")), None]
        }
        Include::Nginx => [host.ingress.as_ref().map(|ingress| ingress.folder(site)), None],
        Include::Certificates => {
            let mut issuers = host.certificates.iter().map(|certificate| &certificate.issuer);
            let acme = issuers.any(|issuer| matches!(issuer, Issuer::Acme { .. }));
            [
                when(acme, "/etc/letsencrypt".to_owned()),
                when(!host.certificates.is_empty(), format!("/etc/{site}/tls")),
            ]
        }
    };
    paths.into_iter().flatten().collect()
}

fn keep(keep: &KeepSection) -> Keep {
    let KeepSection {
        daily,
        weekly,
        monthly,
        yearly,
    } = *keep;
    Keep {
        daily: daily.unwrap_or(0),
        weekly: weekly.unwrap_or(0),
        monthly: monthly.unwrap_or(0),
        yearly: yearly.unwrap_or(0),
    }
}

fn destinations(
    world: &World<'_>,
    section: &Backups,
    host: &Host,
    origin: &Pointer,
    secrets: &mut Secrets,
) -> Vec<Destination> {
    if section.to.is_empty() {
        let place = DestinationPlace::Path(format!("/var/backups/{}", world.site.name));
        return vec![destination("local", place, None, origin, host, secrets)];
    }
    section
        .to
        .iter()
        .map(|(name, to)| {
            let origin = origin.child("to").child(name.as_str());
            let place = place(world, to, host, &origin, secrets);
            destination(name.as_str(), place, to.keep.as_ref().map(keep), &origin, host, secrets)
        })
        .collect()
}

fn destination(
    name: &str,
    place: DestinationPlace,
    keep: Option<Keep>,
    origin: &Pointer,
    host: &Host,
    secrets: &mut Secrets,
) -> Destination {
    let password = format!("backup_{}", name.replace('-', "_"));
    secrets.declare(
        &password,
        origin,
        SecretSource::Generated("length=48,charset=url-safe".into()),
        None,
    );
    secrets.rotates(
        &password,
        Rotation::Elsewhere(
            "the repository is encrypted with it: by restic itself, with the commands of the runbook".to_owned(),
        ),
    );
    secrets.need(&password, &host.name, "backups", origin);
    Destination {
        name: name.to_owned(),
        origin: origin.clone(),
        keep,
        place,
        password,
    }
}

fn place(
    world: &World<'_>,
    section: &Section,
    host: &Host,
    origin: &Pointer,
    secrets: &mut Secrets,
) -> DestinationPlace {
    // Environments and hosts share a bucket or a server, each with a repository and a password of its own.
    let own = format!("{}/{}", world.site.environment, host.name);
    let mut need = |name: String, key: &str| {
        secrets.need(&name, &host.name, "backups", &origin.child(key));
        name
    };
    match &section.target {
        DestinationTarget::Path(path) => DestinationPlace::Path(path.to_string()),
        DestinationTarget::S3(s3) => DestinationPlace::S3 {
            endpoint: s3.endpoint.as_ref().map(ToString::to_string),
            bucket: s3.bucket.to_string(),
            region: s3.region.as_ref().map(ToString::to_string),
            prefix: s3
                .prefix
                .as_ref()
                .map_or_else(|| own.clone(), |prefix| format!("{prefix}/{own}")),
            access_key_id: need(format!("{}.access_key_id", s3.credentials.secret), "s3"),
            secret_access_key: need(format!("{}.secret_access_key", s3.credentials.secret), "s3"),
        },
        DestinationTarget::Sftp(sftp) => DestinationPlace::Sftp {
            host: sftp.host.to_string(),
            port: sftp.port.get(),
            user: sftp.user.to_string(),
            path: format!("{}/{own}", sftp.path),
            host_key: sftp.host_key.to_string(),
            key: need(sftp.key.secret.to_string(), "sftp"),
        },
        DestinationTarget::Rclone(rclone) => DestinationPlace::Rclone {
            remote: below(rclone.remote.as_str(), &own),
            config: need(rclone.config.secret.to_string(), "rclone"),
        },
    }
}

/// `offsite:` and `offsite:backups` are both folders.
fn below(remote: &str, path: &str) -> String {
    let separator = if remote.ends_with([':', '/']) { "" } else { "/" };
    format!("{remote}{separator}{path}")
}
