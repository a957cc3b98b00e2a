//! Releases: putting one in place, and going back.

use serde::Serialize;

use super::handle::{Handle, release_hosts, wait};
use super::table::table;
use super::{Section, listed, markdown};
use crate::render::escape::{markdown_code as code, shell};
use crate::site::{Host, Service, Site};

#[derive(Serialize)]
struct View {
    folders: Vec<Folder>,
    images: Option<String>,
}

#[derive(Serialize)]
struct Folder {
    service: String,
    folder: String,
    restart: Vec<String>,
}

pub(super) fn on_host(site: &Site, host: &Host) -> Section {
    let folders: Vec<Folder> = site
        .services
        .iter()
        .filter(|service| release_hosts(site, service).any(|other| other.name == host.name))
        .filter_map(|service| {
            Some(Folder {
                service: service.name.clone(),
                folder: shell(service.release_dir.as_ref()?),
                restart: restart(site, host, service),
            })
        })
        .collect();
    let images: Vec<String> = site
        .services
        .iter()
        .filter(|service| service.instances.iter().any(|instance| instance.host == host.name))
        .filter_map(|service| Some(format!("{} ({})", code(&service.name), code(service.image.as_ref()?))))
        .collect();
    (!folders.is_empty() || !images.is_empty()).then(|| {
        markdown(
            "docs/releases",
            include_str!("releases.md.hbs"),
            &View {
                folders,
                images: (!images.is_empty()).then(|| images.join(", ")),
            },
        )
    })
}

/// One instance after another, each once the one before it answers.
fn restart(site: &Site, host: &Host, service: &Service) -> Vec<String> {
    self::units(service, host)
        .iter()
        .flat_map(|handle| {
            let restart = format!("systemctl restart {}", shell(handle.name()));
            [Some(restart), wait(site, host, handle)]
        })
        .flatten()
        .collect()
}

fn units(service: &Service, host: &Host) -> Vec<Handle> {
    super::handle::on_host(service, host)
        .into_iter()
        .map(|(handle, _)| handle)
        .filter(|handle| matches!(handle, Handle::Unit(_)))
        .collect()
}

pub(super) fn everywhere(site: &Site) -> Section {
    let link = |host: &Host| format!("[{0}]({0}/README.md#releases)", host.name);
    let rows: Vec<_> = site
        .services
        .iter()
        .filter_map(|service| {
            if let Some(folder) = &service.release_dir {
                let way = format!("a folder in {}", code(&format!("{folder}/releases")));
                return Some([code(&service.name), way, listed(release_hosts(site, service).map(link))]);
            }
            let image = service.image.as_ref()?;
            let hosts = site
                .hosts
                .iter()
                .filter(|host| !super::handle::on_host(service, host).is_empty());
            Some([
                code(&service.name),
                format!("the manifest's image, {}", code(image)),
                listed(hosts.map(link)),
            ])
        })
        .collect();
    let rows = table(["Service", "A release is", "Steps"], &rows);
    (!rows.is_empty()).then(|| {
        format!("## Deploying and going back\n\nA release is built elsewhere; hosts only get it. Host after host, never all at once.\n\n{rows}")
    })
}
