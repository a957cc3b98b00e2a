//! Own files of the site, and the folder of error pages: what comes through an escape hatch.

use super::{World, at, host_mut, placement};
use crate::diag::Diagnostic;
use crate::kind::{Names, Secrets};
use crate::manifest::{FileSource, SiteFile};
use crate::site::{ConfigFile, Host, Pointer};

pub(super) fn files(world: &World<'_>, hosts: &mut [Host], secrets: &mut Secrets, found: &mut Vec<Diagnostic>) {
    for (path, file) in &world.manifest.files {
        let origin = at(["files", path.as_str()]);
        let on = if file.on.is_empty() {
            hosts.iter().map(|host| host.name.clone()).collect()
        } else {
            placement::hosts_of(&file.on, &origin, &format!("file `{path}`"), hosts, found).unwrap_or_default()
        };
        for host in &on {
            let contents = match &file.source {
                FileSource::Content(text) => vec![(String::new(), text.to_string())],
                FileSource::From(source) => {
                    let names = Names::new(world.site, hosts, host);
                    let texts = world.assets.texts(source.as_str()).into_iter();
                    texts
                        .map(|text| names.render(source.as_str(), text, &origin, found))
                        .collect()
                }
            };
            for (relative, content) in contents {
                let placed = placed(file, join(path.as_str(), &relative), content, &origin);
                host_mut(hosts, host).files.push(placed);
            }
        }
    }
    error_pages(world, hosts);
    for host in hosts {
        let needed: Vec<(String, Pointer)> = host
            .files
            .iter()
            .filter(|file| file.verbatim)
            .flat_map(|file| {
                names_in(&file.content).map(|name| (name, file.origins.first().cloned().unwrap_or_default()))
            })
            .collect();
        for (name, origin) in needed {
            secrets.need(&name, &host.name, "files", &origin);
        }
    }
}

fn placed(file: &SiteFile, path: String, content: String, origin: &Pointer) -> ConfigFile {
    let root = || "root".to_owned();
    let default = if content.contains("{{secret:") { "0600" } else { "0644" };
    let mode = file
        .mode
        .as_ref()
        .map_or_else(|| default.to_owned(), |mode| mode.octal());
    ConfigFile {
        path,
        origins: vec![origin.clone()],
        owner: file.owner.as_ref().map_or_else(root, ToString::to_string),
        group: file.group.as_ref().map_or_else(root, ToString::to_string),
        mode: u16::from_str_radix(&mode, 8).expect("a mode is octal"),
        content,
        lines: Vec::new(),
        set: "files",
        actions: Vec::new(),
        verbatim: true,
    }
}

/// The secrets that a file's text asks for.
fn names_in(content: &str) -> impl Iterator<Item = String> {
    content
        .split("{{secret:")
        .skip(1)
        .filter_map(|rest| rest.split(':').next())
        .map(str::to_owned)
}

fn join(folder: &str, relative: &str) -> String {
    if relative.is_empty() {
        folder.to_owned()
    } else {
        format!("{}/{relative}", folder.trim_end_matches('/'))
    }
}

fn error_pages(world: &World<'_>, hosts: &mut [Host]) {
    let Some(source) = &world.manifest.ingress.error_pages else {
        return;
    };
    for host in hosts.iter_mut().filter(|host| host.ingress.is_some()) {
        for (relative, content) in world.assets.texts(source.as_str()) {
            host.files.push(ConfigFile {
                path: join(&format!("/etc/{}/error-pages", world.site.name), &relative),
                origins: vec![at(["ingress", "error_pages"])],
                owner: "root".into(),
                group: "root".into(),
                mode: 0o644,
                content,
                lines: Vec::new(),
                set: "nginx",
                actions: vec!["nginx".into()],
                verbatim: true,
            });
        }
    }
}
