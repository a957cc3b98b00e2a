//! nginx as the distribution's package and unit.

use serde::Serialize;

use super::{SET, main_file, placeholders};
use crate::emit::{Artifact, Emission};
use crate::render::{Language, render};
use crate::site::{Action, EnabledUnit, Host, Ingress, LOST_HOSTS, Package, Site, order};

#[derive(Serialize)]
struct Override {
    limit: u32,
    writable: &'static str,
}

pub(super) fn add(site: &Site, host: &Host, ingress: &Ingress, emission: &mut Emission) {
    let view = Override {
        limit: main_file::descriptors(ingress),
        writable: if ingress.caches.is_empty() {
            ""
        } else {
            " /var/cache/nginx"
        },
    };
    let text = render(Language::Nginx, "nginx/override", include_str!("override.hbs"), &view).text;
    emission.artifacts.push(
        Artifact::new(
            SET,
            format!("/etc/systemd/system/nginx.service.d/{}.conf", site.name),
            text,
        )
        .from([ingress.origin.clone()])
        .triggers("systemd")
        .triggers("nginx-restart"),
    );
    if ingress.leads_elsewhere() {
        kernel(site, ingress, emission);
    }
    emission.packages.push(Package::of_distribution("nginx"));
    emission.actions.extend([
        Action {
            name: SET.into(),
            order: order::INGRESS,
            check: Some(format!("{}nginx -t -q", placeholders(site, host))),
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
    ]);
    emission.enabled.push(EnabledUnit {
        name: "nginx.service".into(),
        order: order::INGRESS,
    });
}

fn kernel(site: &Site, ingress: &Ingress, emission: &mut Emission) {
    let lines = LOST_HOSTS.iter().map(|(name, value)| format!("{name} = {value}\n"));
    let text = format!(
        "# A host that is cut off says nothing: so nginx finds out in time to ask another one.\n{}",
        lines.collect::<String>()
    );
    emission.artifacts.push(
        Artifact::new(SET, format!("/etc/sysctl.d/60-{}-upstreams.conf", site.name), text)
            .triggers("sysctl")
            .from([ingress.origin.clone()]),
    );
    emission.actions.push(Action {
        name: "sysctl".into(),
        order: order::SYSTEM,
        check: None,
        run: Some("systemctl restart systemd-sysctl.service".into()),
        effect: "sets kernel parameters".into(),
    });
}
