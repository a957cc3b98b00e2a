//! Putting releases in place: one program, the same on every host, and what is deployed there as data.
//!
//! The seam to continuous integration: a built archive or the tag of an image comes in, and serves or is taken back.

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
    let program = |path: String, text: &str, mode: u16| {
        Artifact::new(NAME, path, text)
            .mode(mode)
            .from(plan.origins.iter().cloned())
    };
    let way = |name: &str| format!("/usr/local/lib/{}/deploy-{name}.sh", site.name);
    let main = format!("/usr/local/sbin/{}-deploy", site.name);
    let main = program(main, include_str!("deploy.sh"), 0o755);
    let releases = view
        .has_releases()
        .then(|| program(way("releases"), include_str!("releases.sh"), 0o644));
    let images = view
        .has_images()
        .then(|| program(way("images"), include_str!("images.sh"), 0o644));
    let programs: Vec<Artifact> = [Some(main), releases, images].into_iter().flatten().collect();
    emission.artifacts.push(plan);
    emission.artifacts.extend(programs);
    if view.has_images() {
        emission.packages.push(Package::of_distribution("nftables"));
    }
    emission
        .packages
        .extend(["curl", "iproute2", "tar"].map(Package::of_distribution));
    emission
}
