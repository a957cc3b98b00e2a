//! Backups that go down with what they are of.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{BackupPlan, DestinationPlace, Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "backup-same-disk",
    document: include_str!("backup_same_disk.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for host in &site.hosts {
        let Some(plan) = &host.backup else { continue };
        let is_here = |place: &DestinationPlace| is_on(site, host, place);
        if !plan.destinations.iter().all(|destination| is_here(&destination.place)) {
            continue;
        }
        let finding = finding(host, plan);
        // The plans of all hosts come from the same place of the manifest.
        if found.iter().all(|other| other.labels != finding.labels) {
            found.push(finding);
        }
    }
    found
}

fn finding(host: &Host, plan: &BackupPlan) -> Diagnostic {
    let finding = Diagnostic::warning(RULE.code, "every backup stays on the host that it is of")
        .at_key(&plan.origin, "no destination is elsewhere");
    let reached = plan
        .destinations
        .iter()
        .filter(|destination| !matches!(destination.place, DestinationPlace::Path(_)));
    let finding = reached.fold(finding, |finding, destination| {
        finding.at_key(&destination.origin, format!("this is `{}` itself", host.name))
    });
    finding
        .why("A broken disk, a deleted server or an intruder takes the backups along with the data.")
        .help("add a destination elsewhere under `backups.to`, as in `offsite: {s3: {bucket: …, credentials: {secret: …}}}`")
}

/// Whether a destination is the host itself, by whatever way it is reached.
fn is_on(site: &Site, host: &Host, place: &DestinationPlace) -> bool {
    match place {
        DestinationPlace::Path(_) => true,
        DestinationPlace::Sftp { host: server, .. } => is_name_of(site, host, server),
        DestinationPlace::S3 { endpoint, .. } => endpoint
            .as_deref()
            .and_then(server)
            .is_some_and(|server| is_name_of(site, host, server)),
        // Only its configuration, a secret, says where a remote is.
        DestinationPlace::Rclone { .. } => false,
    }
}

/// `s3.example.net` of `https://s3.example.net:9000/`.
fn server(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    match authority.strip_prefix('[') {
        Some(address) => address.split(']').next(),
        None => authority.split(':').next(),
    }
}

fn is_name_of(site: &Site, host: &Host, name: &str) -> bool {
    if let Ok(address) = name.parse::<std::net::IpAddr>() {
        let private = host.private.map(|net| net.addr());
        return address.is_loopback() || host.public.contains(&address) || private == Some(address);
    }
    let served = host.ingress.iter().flat_map(|ingress| &ingress.servers);
    name == "localhost"
        || name == format!("{}.{}", host.hostname, site.domain)
        || served.flat_map(|server| &server.names).any(|served| served == name)
}
