//! Neurmatic's production, installed on one bare host, with nginx in a container, and used by a stranger; then, if all is
//! asked for, its staging.
//!
//! Stand-ins, which say so where they are made: Docker's packages, the images of the databases and of nginx (Debian's
//! servers under those names), and a small HTTP server for the site's own two images.

mod ingress;
mod load;
mod staging;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::bed::{Bed, Ground, folder};
use super::checks::{Checks, expect, within};
use super::host::Host;

const ADDRESS: &str = "10.89.77.50";
/// A proxy that the manifest trusts.
const PROXY: &str = "10.89.77.51";
/// Where pebble's own root is put, which a stranger trusts from then on.
const ROOT: &str = "/tmp/root.crt";
const IMAGES: [&str; 5] = [
    "postgres:15",
    "redis:7",
    "nginx:1.30",
    "neurm-backend:1.14.0",
    "neurm-frontend:1.14.0",
];

struct Scene<'bed> {
    host: Host<'bed>,
    outside: Host<'bed>,
    proxy: Host<'bed>,
}

#[test]
fn neurmatic_serves_its_site() {
    let Some(bed) = Bed::get(Ground::Neurmatic) else { return };
    bed.images(&IMAGES);
    let bundle = compile();
    let scene = Scene {
        host: bed.host("vps", ADDRESS),
        outside: bed.outside(),
        proxy: Host::stranger(&bed, "proxy", PROXY),
    };
    scene.furnish(&bundle);
    scene.start_authority();
    let mut checks = Checks::default();

    checks.that("a bare host takes the bundle", || {
        scene.install("--apply --yes").map(drop)
    });
    scene.comes_up(&mut checks);
    ingress::check(&scene, &mut checks);
    load::check(&scene, &mut checks);
    checks.that("a second install changes nothing", || scene.changes_nothing());
    checks.that("the host comes back from a reboot", || scene.host.reboot());
    scene.comes_up(&mut checks);
    ingress::answers(&scene, &mut checks);
    if bed.all {
        staging::check(&bed, &scene, &mut checks);
    }
    checks.all_hold();
}

impl Scene<'_> {
    /// What an operator brings: the bundle, and secrets from elsewhere.
    fn furnish(&self, bundle: &Path) {
        self.host.copy_in(bundle, "/root/bundle");
        self.host
            .run(
                "set -e; umask 077; install -d -m 0755 /etc/neurmatic; install -d -m 0700 /etc/neurmatic/secrets
                 awk -F'\\t' '$1 == \"secret\" && $3 == \"provided\" {print $2}' /root/bundle/plan.tsv \\
                   | while read -r name; do echo \"provided-$name\" >\"/etc/neurmatic/secrets/$name\"; done",
            )
            .ok()
            .unwrap_or_else(|why| panic!("the host cannot be made ready: {why}"));
    }

    /// The names as the world's resolvers would answer, and pebble, which asks for them the same way.
    fn start_authority(&self) {
        let names = format!("echo '{ADDRESS} neurmatic.com www.neurmatic.com api.neurmatic.com' >>/etc/hosts");
        for stranger in [&self.outside, &self.proxy] {
            stranger
                .run(&names)
                .ok()
                .expect("a stranger's /etc/hosts can be written");
        }
        self.outside.start_in_background(
            "PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 \\
             pebble -strict -config /etc/pebble/pebble.json >/tmp/pebble.log 2>&1",
        );
        within(Duration::from_secs(20), || {
            let ask = format!(
                "curl -fsS --cacert /etc/pebble/ca.crt https://{}",
                Ground::Neurmatic.outside()
            );
            self.outside
                .run(&format!("{ask}:14000/dir >/dev/null && {ask}:15000/roots/0 >{ROOT}"))
                .ok()
                .map(drop)
        })
        .unwrap_or_else(|why| panic!("pebble does not start: {why}"));
        let root = self.outside.run(&format!("cat {ROOT}")).stdout;
        self.proxy
            .run(&format!("cat >{ROOT} <<'PEM'\n{root}PEM"))
            .ok()
            .expect("the proxy takes a file");
    }

    fn install(&self, arguments: &str) -> Result<String, String> {
        self.host.run(&format!("/root/bundle/install.sh {arguments} 2>&1")).ok()
    }

    fn curl(&self, arguments: &str) -> Result<String, String> {
        self.outside
            .run(&format!("curl -sS --max-time 20 --cacert {ROOT} {arguments}"))
            .ok()
    }

    /// A command of the compose project.
    fn compose(&self, arguments: &str) -> Result<String, String> {
        self.host
            .run(&format!(
                "docker compose --project-name neurmatic --file /etc/neurmatic/compose/compose.yaml {arguments}"
            ))
            .ok()
    }

    fn comes_up(&self, checks: &mut Checks) {
        checks.that("every container is up and healthy, and so is the host", || {
            within(Duration::from_secs(120), || {
                let said = self
                    .host
                    .run("docker ps --all --format '{{.Names}} {{.Status}}'")
                    .ok()?;
                let ill = said.lines().any(|line| !line.contains("(healthy)"));
                expect(!ill && !said.is_empty(), || said.clone())?;
                let health = self.host.run("neurmatic-health-check --critical 2>&1");
                expect(health.code == 0, || health.stdout)
            })
        });
    }

    fn changes_nothing(&self) -> Result<(), String> {
        // Times of change tell a rewritten file from one that was left alone.
        let look =
            "find /etc /usr/local /opt -xdev -not -type d -printf '%p %C@\\n' | sort; docker ps --format '{{.ID}}'";
        let before = self.host.run(look).ok()?;
        let said = self.install("--apply --yes")?;
        let after = self.host.run(look).ok()?;
        let new = after.lines().filter(|line| !before.lines().any(|old| old == *line));
        let differ: Vec<_> = new.collect();
        expect(differ.is_empty(), || format!("changed:\n{}\n{said}", differ.join("\n")))?;
        self.install("--check").map(drop)
    }
}

fn compile() -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hosts-neurmatic");
    let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
        .arg("compile")
        .arg(folder().join("neurmatic/site.yaml"))
        .args(["--env", "testbed", "-o"])
        .arg(&out)
        .output()
        .expect("cargo has built the binary");
    assert!(
        compiled.status.success(),
        "Neurmatic does not compile for the bed:\n{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    out.join("testbed/vps")
}
