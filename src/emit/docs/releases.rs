//! Releases: putting one in place, and going back.

use serde::Serialize;

use super::handle::release_hosts;
use super::table::table;
use super::{Section, listed, markdown};
use crate::render::escape::markdown_code as code;
use crate::site::{Host, IMAGES_KEPT, Service, Site};

#[derive(Serialize)]
struct View {
    site: String,
    /// What compose reads beside its file.
    env: String,
    folders: Vec<Folder>,
    tags: Vec<Tag>,
    images: Option<String>,
    /// Those of them that migrate first.
    migrated: Option<String>,
}

#[derive(Serialize)]
struct Folder {
    service: String,
    folder: String,
    keep: u32,
    /// nginx serves its files, so nothing is restarted.
    is_files: bool,
    migrates: bool,
    /// Its migrations run there.
    migrated_elsewhere: Option<String>,
}

#[derive(Serialize)]
struct Tag {
    service: String,
    /// The manifest's.
    image: String,
    repository: String,
    keep: u32,
    /// Seconds.
    grace: u32,
    migrates: bool,
    /// Its migrations run there.
    migrated_elsewhere: Option<String>,
}

/// The images that are deployed by their tag.
fn tags(site: &Site, host: &Host) -> Vec<Tag> {
    let container = |service: &Service| {
        let mut containers = host.containers.iter();
        containers.find(|container| container.service == service.name && container.image_variable.is_some())
    };
    let tag = |service: &Service| {
        let container = container(service)?;
        let migration = service.migration.as_ref();
        Some(Tag {
            service: service.name.clone(),
            image: code(&container.image),
            repository: container.repository().to_owned(),
            keep: IMAGES_KEPT,
            grace: container.stop_grace,
            migrates: migration.is_some_and(|migration| migration.host == host.name),
            migrated_elsewhere: migration
                .filter(|migration| migration.host != host.name)
                .map(|migration| migration.host.clone()),
        })
    };
    site.services.iter().filter_map(tag).collect()
}

pub(super) fn on_host(site: &Site, host: &Host) -> Section {
    let folders: Vec<Folder> = site
        .services
        .iter()
        .filter(|service| release_hosts(site, service).any(|other| other.name == host.name))
        .filter_map(|service| {
            let release = service.release.as_ref()?;
            let migration = service.migration.as_ref();
            Some(Folder {
                service: service.name.clone(),
                folder: release.dir.clone(),
                keep: release.keep,
                is_files: service.instances.is_empty(),
                migrates: migration.is_some_and(|migration| migration.host == host.name),
                migrated_elsewhere: migration
                    .filter(|migration| migration.host != host.name)
                    .map(|migration| migration.host.clone()),
            })
        })
        .collect();
    let tags = tags(site, host);
    let images: Vec<String> = site
        .services
        .iter()
        .filter(|service| tags.iter().all(|tag| tag.service != service.name))
        .filter(|service| service.instances.iter().any(|instance| instance.host == host.name))
        .filter_map(|service| Some(format!("{} ({})", code(&service.name), code(service.image.as_ref()?))))
        .collect();
    let migrated: Vec<String> = site
        .services
        .iter()
        .filter(|service| service.image.is_some())
        .filter(|service| {
            service
                .migration
                .as_ref()
                .is_some_and(|migration| migration.host == host.name)
        })
        .map(|service| code(&service.name))
        .collect();
    (!folders.is_empty() || !images.is_empty() || !tags.is_empty()).then(|| {
        markdown(
            "docs/releases",
            include_str!("releases.md.hbs"),
            &View {
                site: site.name.clone(),
                env: format!("{}/compose/.env", site.etc()),
                folders,
                tags,
                images: (!images.is_empty()).then(|| images.join(", ")),
                migrated: (!migrated.is_empty()).then(|| migrated.join(", ")),
            },
        )
    })
}

pub(super) fn everywhere(site: &Site) -> Section {
    let link = |host: &Host| format!("[{0}]({0}/README.md#releases)", host.name);
    let rows: Vec<_> = site
        .services
        .iter()
        .filter_map(|service| {
            if let Some(release) = &service.release {
                let way = format!("a folder in {}", code(&format!("{}/releases", release.dir)));
                return Some([code(&service.name), way, listed(release_hosts(site, service).map(link))]);
            }
            let image = service.image.as_ref()?;
            let hosts = site
                .hosts
                .iter()
                .filter(|host| !super::handle::on_host(service, host).is_empty());
            let all = site.hosts.iter().flat_map(|host| &host.containers);
            let tag = all
                .filter(|container| container.service == service.name)
                .find_map(|container| {
                    container.image_variable.as_ref()?;
                    Some(format!("a tag of {}", code(container.repository())))
                });
            let way = tag.unwrap_or_else(|| format!("the manifest's image, {}", code(image)));
            Some([code(&service.name), way, listed(hosts.map(link))])
        })
        .collect();
    let rows = table(["Service", "A release is", "Steps"], &rows);
    (!rows.is_empty()).then(|| {
        format!("## Deploying and going back\n\nA release is built elsewhere; hosts only get it. Host after host, never all at once.\n\n{rows}")
    })
}
