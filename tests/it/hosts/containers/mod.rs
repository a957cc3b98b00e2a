//! A site whose API is two containers behind the host's nginx: images deployed by their tag under load, bundles that bring
//! another image or none, and applies that are killed.
//!
//! Docker's packages are stand-ins, as in the example. The API's image is made for the bed (`tests/hosts/images/api`).

mod deploy;
mod kills;
mod leaving;
mod load;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::bed::{Bed, Ground, folder};
use super::checks::{Check, Checks, expect, within};
use super::host::Host;

const ADDRESS: &str = "10.89.77.40";

struct Scene<'bed> {
    host: Host<'bed>,
    outside: Host<'bed>,
}

#[test]
fn images_follow_one_another_without_a_failed_request() {
    let Some(bed) = Bed::get(Ground::Containers) else {
        return;
    };
    let mut checks = Checks::default();
    let scene = installed(&bed, &mut checks);
    load::prepare(&scene);
    deploy::check(&scene, &mut checks);
    leaving::check(&scene, &mut checks);
    checks.all_hold();
}

#[test]
fn applies_that_are_killed_are_finished_by_the_next() {
    let Some(bed) = Bed::for_long(Ground::Containers) else {
        return;
    };
    let mut checks = Checks::default();
    let scene = installed(&bed, &mut checks);
    kills::check(&scene, &mut checks);
    checks.all_hold();
}

/// The site on a bare host, and a stranger who knows it by name.
fn installed<'bed>(bed: &'bed Bed, checks: &mut Checks) -> Scene<'bed> {
    let scene = Scene {
        host: bed.host("vps", ADDRESS),
        outside: bed.outside(),
    };
    for manifest in ["site", "newer", "fewer"] {
        scene.host.copy_in(&compile(manifest), &format!("/root/{manifest}"));
    }
    scene.host.copy_in(&folder().join("fixtures"), "/root/releases");
    scene
        .outside
        .run(&format!("echo {ADDRESS} acme.example >>/etc/hosts"))
        .ok()
        .unwrap_or_else(|why| panic!("the stranger knows no name: {why}"));
    checks.that("a bare host takes the bundle", || {
        scene.install("site --apply --yes")?;
        scene
            .host
            .run("/root/releases/pack && acme-deploy web /root/releases/web.tar.gz")
            .ok()
            .map(drop)
    });
    checks.that("the site answers", || scene.serves("1"));
    scene
}

impl Scene<'_> {
    fn install(&self, arguments: &str) -> Result<String, String> {
        let (bundle, rest) = arguments.split_once(' ').unwrap_or((arguments, ""));
        self.host.run(&format!("/root/{bundle}/install.sh {rest} 2>&1")).ok()
    }

    /// A stranger gets the page, and both instances answer with this tag.
    fn serves(&self, tag: &str) -> Check {
        within(Duration::from_secs(20), || {
            self.page()?;
            for instance in ["api-1", "api-2"] {
                let said = self
                    .host
                    .run(&format!(
                        "docker compose -f /etc/acme/compose/compose.yaml exec -T {instance} printenv TAG"
                    ))
                    .ok()?;
                expect(said.trim() == tag, || {
                    format!("{instance} runs {}, not {tag}", said.trim())
                })?;
            }
            let said = self
                .outside
                .run("curl -sSk -f https://acme.example/api/orders?[1-6]")
                .ok()?;
            expect(said.matches(&format!("\"tag\":\"{tag}\"")).count() == 6, || said)
        })
    }

    fn page(&self) -> Check {
        let page = self.outside.run("curl -sSk -f https://acme.example/").ok()?;
        expect(page.contains("Acme, served by a test release"), || page)
    }
}

fn compile(manifest: &str) -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hosts-containers-{manifest}"));
    let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
        .arg("compile")
        .arg(folder().join("containers").join(format!("{manifest}.yaml")))
        .args(["--env", "testbed", "-o"])
        .arg(&out)
        .output()
        .expect("cargo has built the binary");
    assert!(
        compiled.status.success(),
        "{manifest}.yaml does not compile:\n{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    out.join("testbed/vps")
}
