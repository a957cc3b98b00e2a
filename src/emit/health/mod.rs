//! The health check: one engine, the same on every host, and the host's probes as data; and what runs it by the clock.

mod view;
mod watch;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, render};
use crate::site::{Host, Package, Site};
use view::ProbesView;

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "health";

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    let origins = || {
        host.probes
            .iter()
            .map(|probe| probe.origin.clone())
            .chain([host.origin.clone()])
    };
    let view = ProbesView::new(site, host);
    let rendered = render(
        Language::Systemd,
        "health/probes",
        include_str!("probes.tsv.hbs"),
        &view,
    );
    emission
        .artifacts
        .push(Artifact::new(NAME, format!("{}/health.tsv", site.etc()), rendered.text).traced(rendered.lines));
    emission.artifacts.push(
        Artifact::new(
            NAME,
            format!("/usr/local/sbin/{}-health-check", site.name),
            include_str!("health-check.sh"),
        )
        .mode(0o755)
        .from(origins()),
    );
    for name in ["curl", "iproute2", "openssl"] {
        emission.packages.push(Package::of_distribution(name));
    }
    watch::emit(site, host, &mut emission);
    emission
}

#[cfg(test)]
mod tests;
