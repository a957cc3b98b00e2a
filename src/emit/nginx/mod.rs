//! nginx: the only way in for HTTP.
//!
//! `nginx.conf` is ours whole and reads `/etc/nginx/<site>.d/` alone, so neither the distribution's default site nor a
//! forgotten file of `sites-enabled` answers. What every location needs lies in `/etc/nginx/snippets/<site>-*.conf`. In a
//! container the same files lie in `/etc/<site>/nginx`, inside as outside; [`place`] knows what else differs.

mod commands;
mod contained;
mod headers;
mod location;
mod main_file;
mod native;
mod place;
mod server;
mod upstream;
mod version;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, Rendered, partial, render};
use crate::site::{Directory, Host, Ingress, Site};
use place::Place;

pub(crate) const EMITTER: Emitter = Emitter { name: "nginx", emit };

const SET: &str = EMITTER.name;

fn emit(site: &Site, host: &Host) -> Emission {
    let Some(ingress) = &host.ingress else {
        return Emission::default();
    };
    let place = Place::of(site, host, ingress);
    let mut emission = Emission {
        artifacts: artifacts(site, host, ingress, &place),
        directories: directories(site, ingress, &place),
        ..Emission::default()
    };
    emission.artifacts.extend(commands::of(site, ingress));
    match &place.container {
        Some(container) => contained::add(site, host, ingress, container, &mut emission),
        None => native::add(site, host, ingress, &mut emission),
    }
    emission
}

#[derive(Serialize)]
struct Snippet<'a> {
    headers: Vec<headers::Line>,
    curves: &'a str,
    tickets_off: bool,
    keepalive_time: bool,
    upstreams: Vec<upstream::View>,
}

fn artifacts(site: &Site, host: &Host, ingress: &Ingress, place: &Place) -> Vec<Artifact> {
    let features = &place.features;
    let mapped = headers::of(ingress);
    let (folder, snippets) = (&place.folder, place.snippets(site));
    let view = Snippet {
        headers: headers::lines(&mapped),
        curves: features.curves,
        tickets_off: features.tickets_off,
        keepalive_time: features.keepalive_time,
        upstreams: ingress
            .upstreams
            .iter()
            .map(|upstream| upstream::view(upstream, features))
            .collect(),
    };
    let text = |name, template| render(Language::Nginx, name, template, &view);
    let mut artifacts = vec![
        file(
            format!("{folder}/nginx.conf"),
            render(
                Language::Nginx,
                "nginx/nginx.conf",
                include_str!("nginx.conf.hbs"),
                &main_file::view(site, ingress, place, &mapped),
            ),
        ),
        file(
            format!("{snippets}-headers.conf"),
            text("nginx/headers", include_str!("headers.hbs")),
        ),
        file(
            format!("{snippets}-proxy.conf"),
            text("nginx/proxy", include_str!("proxy.hbs")),
        ),
        file(
            format!("{snippets}-tls.conf"),
            text("nginx/tls", include_str!("tls.hbs")),
        ),
        file(
            format!("{folder}/{}.d/default.conf", site.name),
            render(
                Language::Nginx,
                "nginx/default",
                include_str!("default.hbs"),
                &server::default(site, host, ingress, place),
            ),
        ),
    ];
    if !ingress.upstreams.is_empty() {
        artifacts.push(file(
            format!("{folder}/{}.d/upstreams.conf", site.name),
            text("nginx/upstreams", include_str!("upstreams.hbs")),
        ));
    }
    artifacts.extend(servers(site, ingress, &mapped, place));
    for artifact in &mut artifacts {
        if artifact.origins.is_empty() {
            artifact.origins.push(ingress.origin.clone());
        }
    }
    artifacts
}

/// What `server.hbs` is made of.
const PARTS: [(&str, &str); 3] = [
    ("nginx/location", include_str!("location.hbs")),
    ("nginx/forward", include_str!("forward.hbs")),
    ("nginx/folder", include_str!("folder.hbs")),
];

fn servers<'a>(
    site: &'a Site,
    ingress: &'a Ingress,
    mapped: &'a [headers::Mapped],
    place: &'a Place,
) -> impl Iterator<Item = Artifact> + 'a {
    for (name, template) in PARTS {
        partial(Language::Nginx, name, template);
    }
    let mut taken: BTreeMap<String, u32> = BTreeMap::from([("default".into(), 1), ("upstreams".into(), 1)]);
    ingress.servers.iter().map(move |server| {
        let mut name = server::file_name(server);
        let count = taken.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            name = format!("{name}-{count}");
        }
        file(
            format!("{}/{}.d/{name}.conf", place.folder, site.name),
            render(
                Language::Nginx,
                "nginx/server",
                include_str!("server.hbs"),
                &server::view(site, ingress, mapped, place, server),
            ),
        )
    })
}

fn file(path: String, rendered: Rendered) -> Artifact {
    Artifact::new(SET, path, rendered.text)
        .traced(rendered.lines)
        .triggers(SET)
}

fn directories(site: &Site, ingress: &Ingress, place: &Place) -> Vec<Directory> {
    let directory = |path: String, owner: &str, mode| Directory {
        path,
        origin: ingress.origin.clone(),
        owner: owner.into(),
        group: owner.into(),
        mode,
    };
    let mut directories = vec![directory(server::maintenance(site), "root", 0o755)];
    if ingress.servers.iter().any(|server| server.http_challenge) {
        directories.push(directory(server::webroot(site), "root", 0o755));
    }
    if place.container.is_some() {
        // Its master makes what lies in them, for a user that the host does not have.
        directories.extend(["/var/cache/nginx", "/var/log/nginx"].map(|path| directory(path.into(), "root", 0o755)));
        return directories;
    }
    if !ingress.caches.is_empty() {
        directories.push(directory("/var/cache/nginx".into(), "root", 0o755));
    }
    directories.extend(
        ingress
            .caches
            .iter()
            .map(|zone| directory(main_file::cache_folder(&zone.name), place.user, 0o700)),
    );
    directories
}

/// On a first installation nothing has made a certificate yet, and nginx refuses to start without.
fn placeholders(site: &Site, host: &Host) -> String {
    if host.certificates.is_empty() {
        String::new()
    } else {
        format!("/usr/local/sbin/{}-certificate placeholders && ", site.name)
    }
}
