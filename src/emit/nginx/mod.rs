//! nginx: the only way in for HTTP.
//!
//! `nginx.conf` is ours whole and reads `/etc/nginx/<site>.d/` alone, so neither the distribution's default site nor a
//! forgotten file of `sites-enabled` answers. What every location needs lies in `/etc/nginx/snippets/<site>-*.conf`.

mod headers;
mod location;
mod main_file;
mod server;
mod upstream;
mod version;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, Rendered, render};
use crate::site::{Action, Directory, EnabledUnit, Host, Ingress, Package, Site, order};

pub(crate) const EMITTER: Emitter = Emitter { name: "nginx", emit };

const SET: &str = EMITTER.name;

fn emit(site: &Site, host: &Host) -> Emission {
    let Some(ingress) = &host.ingress else {
        return Emission::default();
    };
    Emission {
        artifacts: artifacts(site, host, ingress),
        packages: vec![Package::of_distribution("nginx")],
        directories: directories(site, ingress),
        actions: actions(site, host),
        enabled: vec![EnabledUnit {
            name: "nginx.service".into(),
            order: order::INGRESS,
        }],
        ..Emission::default()
    }
}

#[derive(Serialize)]
struct Snippet<'a> {
    headers: Vec<headers::Line>,
    curves: &'a str,
    tickets_off: bool,
    keepalive_time: bool,
    limit: u32,
    writable: String,
    upstreams: Vec<upstream::View>,
}

fn artifacts(site: &Site, host: &Host, ingress: &Ingress) -> Vec<Artifact> {
    let features = version::features(host.os);
    let mapped = headers::of(ingress);
    let name = &site.name;
    let view = Snippet {
        headers: headers::lines(&mapped),
        curves: features.curves,
        tickets_off: features.tickets_off,
        keepalive_time: features.keepalive_time,
        limit: main_file::descriptors(ingress),
        writable: if ingress.caches.is_empty() {
            String::new()
        } else {
            " /var/cache/nginx".into()
        },
        upstreams: ingress.upstreams.iter().map(upstream::view).collect(),
    };
    let text = |name, template| render(Language::Nginx, name, template, &view);
    let mut artifacts = vec![
        file(
            "/etc/nginx/nginx.conf".into(),
            render(
                Language::Nginx,
                "nginx/nginx.conf",
                include_str!("nginx.conf.hbs"),
                &main_file::view(site, ingress, &features, &mapped),
            ),
        ),
        file(
            format!("/etc/nginx/snippets/{name}-headers.conf"),
            text("nginx/headers", include_str!("headers.hbs")),
        ),
        file(
            format!("/etc/nginx/snippets/{name}-proxy.conf"),
            text("nginx/proxy", include_str!("proxy.hbs")),
        ),
        file(
            format!("/etc/nginx/snippets/{name}-tls.conf"),
            text("nginx/tls", include_str!("tls.hbs")),
        ),
        file(
            format!("/etc/nginx/{name}.d/default.conf"),
            render(
                Language::Nginx,
                "nginx/default",
                include_str!("default.hbs"),
                &server::default(site, host, ingress, &features),
            ),
        ),
    ];
    if !ingress.upstreams.is_empty() {
        artifacts.push(file(
            format!("/etc/nginx/{name}.d/upstreams.conf"),
            text("nginx/upstreams", include_str!("upstreams.hbs")),
        ));
    }
    artifacts.extend(servers(site, ingress, &mapped, &features));
    for artifact in &mut artifacts {
        if artifact.origins.is_empty() {
            artifact.origins.push(ingress.origin.clone());
        }
    }
    artifacts.push(
        Artifact::new(
            SET,
            format!("/etc/systemd/system/nginx.service.d/{name}.conf"),
            text("nginx/override", include_str!("override.hbs")).text,
        )
        .from([ingress.origin.clone()])
        .triggers("systemd")
        .triggers("nginx-restart"),
    );
    artifacts
}

fn servers<'a>(
    site: &'a Site,
    ingress: &'a Ingress,
    mapped: &'a [headers::Mapped],
    features: &'a version::Features,
) -> impl Iterator<Item = Artifact> + 'a {
    let mut taken: BTreeMap<String, u32> = BTreeMap::from([("default".into(), 1), ("upstreams".into(), 1)]);
    ingress.servers.iter().map(move |server| {
        let mut name = server::file_name(server);
        let count = taken.entry(name.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            name = format!("{name}-{count}");
        }
        file(
            format!("/etc/nginx/{}.d/{name}.conf", site.name),
            render(
                Language::Nginx,
                "nginx/server",
                include_str!("server.hbs"),
                &server::view(site, ingress, mapped, features, server),
            ),
        )
    })
}

fn file(path: String, rendered: Rendered) -> Artifact {
    Artifact::new(SET, path, rendered.text)
        .traced(rendered.lines)
        .triggers("nginx")
}

fn directories(site: &Site, ingress: &Ingress) -> Vec<Directory> {
    let directory = |path: String, owner: &str, mode| Directory {
        path,
        origin: ingress.origin.clone(),
        owner: owner.into(),
        group: owner.into(),
        mode,
    };
    let mut directories = Vec::new();
    if ingress.servers.iter().any(|server| server.http_challenge) {
        directories.push(directory(server::webroot(site), "root", 0o755));
    }
    if !ingress.caches.is_empty() {
        directories.push(directory("/var/cache/nginx".into(), "root", 0o755));
    }
    directories.extend(
        ingress
            .caches
            .iter()
            .map(|zone| directory(main_file::cache_folder(&zone.name), "www-data", 0o700)),
    );
    directories
}

fn actions(site: &Site, host: &Host) -> Vec<Action> {
    // On a first installation nothing has made a certificate yet, and nginx refuses to start without.
    let placeholders = if host.certificates.is_empty() {
        String::new()
    } else {
        format!("/usr/local/sbin/{}-certificate placeholders && ", site.name)
    };
    vec![
        Action {
            name: "nginx".into(),
            order: order::INGRESS,
            check: Some(format!("{placeholders}nginx -t -q")),
            run: Some("systemctl reload-or-restart nginx.service".into()),
            effect: "reloads nginx".into(),
        },
        Action {
            name: "nginx-restart".into(),
            order: order::INGRESS,
            check: None,
            run: Some("systemctl restart nginx.service".into()),
            effect: "restarts nginx".into(),
        },
    ]
}
