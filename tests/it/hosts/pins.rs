//! Digests of images, as a registry has them: asked by skopeo, pulled by an engine.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::bed::{Bed, Ground, folder};
use super::checks::{Check, Checks, expect};

#[test]
fn a_tag_is_pinned_to_what_the_registry_has() {
    let Some(bed) = Bed::get(Ground::Rotation) else { return };
    let site = site();
    let run = |arguments: &[&str]| sitewright(&bed, &site, arguments);
    let mut checks = Checks::default();
    checks.that(
        "the digest of a tag comes into the lock and into the compose file",
        || {
            well(&run(&["pin"]))?;
            well(&run(&["compile"]))?;
            let locked = run(&["compile", "--check", "--locked"]);
            well(&locked)?;
            let compose = site.join("out/testbed/vps/rootfs/etc/acme/compose/compose.yaml");
            let compose = std::fs::read_to_string(compose).map_err(|error| error.to_string())?;
            expect(compose.contains(&format!("acme/api:1@{}", digest(&run)?)), || compose)
        },
    );
    checks.that("an engine finds the image by it", || {
        let image = format!("{}:5000/acme/api:1@{}", bed.fact("gateway"), digest(&run)?);
        well(
            &bed.docker()
                .args(["pull", "--quiet", &image])
                .output()
                .map_err(|error| error.to_string())?,
        )
    });
    checks.that("another tag is another digest, and the diff shows it", || {
        let before = digest(&run)?;
        write(&site, "acme/api:2")?;
        let told = run(&["check"]);
        let told = String::from_utf8_lossy(&told.stderr).into_owned();
        expect(told.contains("`acme/api:2` has no pin"), || told.clone())?;
        well(&run(&["pin"]))?;
        let after = digest(&run)?;
        expect(after != before, || after.clone())?;
        let shown = run(&["diff"]);
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        expect(shown.contains(&format!("acme/api:2@{after}")), || shown.clone())
    });
    checks.that(
        "a tag that the registry does not have leaves the lock as it was",
        || {
            let lock = || std::fs::read_to_string(site.join("out/sitewright.lock")).map_err(|error| error.to_string());
            let before = lock()?;
            write(&site, "acme/api:77")?;
            let refused = run(&["pin"]);
            let said = String::from_utf8_lossy(&refused.stderr).into_owned();
            expect(
                refused.status.code() == Some(2) && said.contains("manifest unknown"),
                || said.clone(),
            )?;
            expect(lock()? == before, || "it is another".to_owned())
        },
    );
    checks.all_hold();
}

/// The digest that `pin --list` says of the API's image.
fn digest(run: &impl Fn(&[&str]) -> Output) -> Result<String, String> {
    let said = String::from_utf8_lossy(&run(&["pin", "--list"]).stdout).into_owned();
    let line = said.lines().find(|line| line.starts_with("acme/api:"));
    let digest = line
        .and_then(|line| line.split_once(' '))
        .map(|(_, digest)| digest.to_owned());
    digest.filter(|digest| digest.starts_with("sha256:")).ok_or(said)
}

fn sitewright(bed: &Bed, site: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sitewright"))
        .args(arguments)
        .env("PATH", format!("{}:/usr/bin:/bin", bed.fact("skopeo")))
        .current_dir(site)
        .output()
        .expect("it is built with this test")
}

fn well(output: &Output) -> Check {
    expect(output.status.success(), || {
        String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
    })
}

fn site() -> PathBuf {
    let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hosts-pins");
    let _ = std::fs::remove_dir_all(&site);
    std::fs::create_dir_all(&site).expect("cargo's folder for tests can be written");
    write(&site, "acme/api:1").expect("it is in the checkout");
    site
}

/// The site of the test of containers, with this image.
fn write(site: &Path, image: &str) -> Check {
    let text = std::fs::read_to_string(folder().join("containers/site.yaml")).map_err(|error| error.to_string())?;
    expect(text.contains("\"acme/api:1\""), || text.clone())?;
    let text = text.replace("\"acme/api:1\"", &format!("\"{image}\""));
    std::fs::write(site.join("site.yaml"), text).map_err(|error| error.to_string())
}
