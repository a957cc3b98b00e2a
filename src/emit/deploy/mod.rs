//! Putting releases in place: one program, the same on every host, and what is deployed there as data.
//!
//! The seam to continuous integration: a built archive comes in, and serves or is taken back.

#[cfg(test)]
mod tests;
mod view;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, render};
use crate::site::{Host, Package, Site};
use view::View;

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "deploy";

fn emit(site: &Site, host: &Host) -> Emission {
    let view = View::new(site, host);
    let mut emission = Emission::default();
    if view.is_empty() {
        return emission;
    }
    let plan = render(Language::Systemd, "deploy/plan", include_str!("deploy.tsv.hbs"), &view);
    let plan = Artifact::new(NAME, format!("{}/deploy.tsv", site.etc()), plan.text).traced(plan.lines);
    let program = format!("/usr/local/sbin/{}-deploy", site.name);
    let program = Artifact::new(NAME, program, include_str!("deploy.sh"))
        .mode(0o755)
        .from(plan.origins.clone());
    emission.artifacts.extend([plan, program]);
    emission
        .packages
        .extend(["curl", "iproute2", "tar"].map(Package::of_distribution));
    emission
}
