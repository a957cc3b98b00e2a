//! nginx as a container of the compose file: what is outside of it.
//!
//! Its files are mounted from the host, so a change of them is a reload and never a new container. They are tested before
//! they go live by the same image, to which they are handed through a pipe: the engine would mount those that are live.

use serde::Serialize;

use super::place::Container;
use super::{SET, file, placeholders};
use crate::emit::{Artifact, Emission};
use crate::render::{Language, escape, render};
use crate::site::{Action, Host, Ingress, Package, Site, order};

const LOGROTATE: &str = "logrotate-nginx";
const ROTATE: &str = "/etc/logrotate.d/nginx";

#[derive(Serialize)]
struct View<'a> {
    site: &'a str,
    name: &'a str,
}

pub(super) fn add(site: &Site, host: &Host, ingress: &Ingress, container: &Container, emission: &mut Emission) {
    let view = View {
        site: &site.name,
        name: &container.name,
    };
    let health = render(Language::Nginx, "nginx/health", include_str!("health.hbs"), &view);
    let health = file(
        format!("{}/{}.d/health.conf", ingress.folder(&site.name), site.name),
        health,
    );
    let rotate = render(Language::Shell, "nginx/logrotate", include_str!("logrotate.hbs"), &view);
    // The distribution's package has a file of this name, for the same logs: two would be one too many.
    let rotate = Artifact::new(SET, ROTATE, rotate.text).triggers(LOGROTATE);
    let origin = || [ingress.origin.clone()];
    emission
        .artifacts
        .extend([health.from(origin()), rotate.from(origin())]);
    emission.packages.push(Package::of_distribution("logrotate"));
    emission.actions.extend([
        Action {
            name: SET.into(),
            order: order::INGRESS,
            check: Some(check(site, host, ingress, &container.image)),
            run: Some(ingress.reload(&site.name)),
            effect: "reloads nginx".into(),
        },
        Action {
            name: LOGROTATE.into(),
            order: order::SYSTEM,
            // It ends well for an unknown option, and says so among other things only.
            check: Some(format!(
                "! logrotate -d -s /dev/null {ROTATE} 2>&1 | grep -E '^error:|unknown option'"
            )),
            run: None,
            effect: "counts from the next rotation on".into(),
        },
    ]);
}

fn check(site: &Site, host: &Host, ingress: &Ingress, image: &str) -> String {
    let name = &site.name;
    let folder = ingress.folder(name);
    let keys = if host.certificates.is_empty() {
        String::new()
    } else {
        format!(" etc/{name}/tls")
    };
    format!(
        "{}tar -C / -c {}{keys} | docker run --rm --interactive --network none --read-only --tmpfs /etc/{name} --tmpfs /run \
         --tmpfs /var/cache/nginx --tmpfs /var/log/nginx --entrypoint /bin/sh {} \
         -c 'tar -x -o -C / && exec nginx -t -q -c {folder}/nginx.conf'",
        placeholders(site, host),
        folder.trim_start_matches('/'),
        escape::shell(image),
    )
}
