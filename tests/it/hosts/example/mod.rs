//! The example's `vps`, installed on a bare host from `tests/hosts/example/site.yaml`, and used by a stranger.
//!
//! Two parts are stand-ins, and say so where they are made: Docker's packages (Debian's engine under their names) and the
//! image `redis:7` (Debian's redis-server under that name). All else is the real thing.

mod data;
mod deploy;
mod faults;
mod hardening;
mod names;
mod recovery;
mod web;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::bed::{Bed, Ground, folder};
use super::checks::{Checks, expect, within};
use super::host::Host;

const ADDRESS: &str = "10.89.77.10";

/// What every check asks with.
struct Scene<'bed> {
    host: Host<'bed>,
    outside: Host<'bed>,
    plan: Plan,
}

#[test]
fn the_example_serves_its_site() {
    let Some(bed) = Bed::get(Ground::Example) else { return };
    let bundle = compile("site.yaml", "hosts-example");
    let scene = Scene {
        host: bed.host("vps", ADDRESS),
        outside: bed.outside(),
        plan: Plan::read(&bundle),
    };
    furnish(&bed, &scene, &bundle);
    names::start_authority(&scene);
    let mut checks = Checks::default();

    checks.that("a bare host takes the bundle", || {
        scene.install("--apply --yes").map(drop)
    });
    deploy::first(&scene, &mut checks);
    scene.comes_up(&mut checks);
    names::check(&scene, &mut checks);
    web::check(&scene, &mut checks);
    data::check(&scene, &mut checks);
    deploy::check(&scene, &mut checks);
    hardening::check(&scene, &mut checks);
    faults::check(&scene, &mut checks);
    checks.that("a second install changes nothing", || scene.changes_nothing());
    checks.that("the host comes back from a reboot", || scene.host.reboot());
    scene.comes_up(&mut checks);
    scene.answers(&mut checks);
    let scene = recovery::check(&bed, scene, &bundle, &mut checks);
    scene.comes_up(&mut checks);
    scene.answers(&mut checks);
    checks.all_hold();
}

impl Scene<'_> {
    /// The whole site answers.
    fn answers(&self, checks: &mut Checks) {
        names::answers(self, checks);
        web::answers(self, checks);
        data::answers(self, checks);
    }

    fn install(&self, arguments: &str) -> Result<String, String> {
        // What it says is searched for secrets with the other logs.
        self.host
            .run(&format!(
                "set -o pipefail; /root/bundle/install.sh {arguments} 2>&1 | tee -a /var/log/install-test.log"
            ))
            .ok()
    }

    fn comes_up(&self, checks: &mut Checks) {
        checks.that("every unit of the plan is enabled and active", || {
            let asked: Vec<_> = self
                .plan
                .of("unit")
                .map(|unit| {
                    format!(
                        "for q in is-enabled is-active; do systemctl -q $q '{0}' || echo \"$q says no: {0}\"; done",
                        unit[0]
                    )
                })
                .collect();
            let said = self.host.run(&asked.join("\n")).stdout;
            expect(said.is_empty(), || said)
        });
        // A container is `starting` for some seconds after a boot.
        checks.that("every container is up and healthy", || {
            within(Duration::from_secs(90), || {
                let said = self
                    .host
                    .run("docker ps --all --format '{{.Names}} {{.Status}}'")
                    .ok()?;
                let ill: Vec<_> = said.lines().filter(|line| !line.contains("(healthy)")).collect();
                expect(ill.is_empty() && !said.is_empty(), || format!("containers:\n{said}"))
            })
        });
        checks.that("the health check is green", || {
            within(Duration::from_secs(30), || {
                for health in self.plan.of("health") {
                    let said = self.host.run(&format!("{} 2>&1", health[0]));
                    expect(said.code == 0, || said.stdout)?;
                }
                let metrics = self.host.run("acme-health-check --metrics").stdout;
                let is_sample = |line: &str| {
                    let sample = line
                        .strip_prefix("sitewright_probe{site=\"acme\",")
                        .and_then(|rest| rest.split_once("\"} "));
                    line.starts_with("# ") || sample.is_some_and(|(_, value)| ["0", "1", "2"].contains(&value))
                };
                expect(metrics.lines().count() > 10 && metrics.lines().all(is_sample), || {
                    metrics.clone()
                })?;
                Ok(())
            })
        });
    }

    fn changes_nothing(&self) -> Result<(), String> {
        // Times of change tell a rewritten file from one that was left alone, times of start a restarted unit.
        let look = "find /etc /usr/local /opt -xdev -not -type d -printf '%p %C@\\n' | sort; \
             systemctl show -p Id,ActiveEnterTimestampMonotonic $(systemctl list-units --plain --no-legend --type=service --state=running | cut -d' ' -f1); \
             docker ps --format '{{.ID}}'";
        let before = self.host.run(look).ok()?;
        let said = self.install("--apply --yes")?;
        let after = self.host.run(look).ok()?;
        let differ: Vec<_> = after
            .lines()
            .filter(|line| !before.lines().any(|old| old == *line))
            .collect();
        expect(differ.is_empty(), || {
            format!("changed:\n{}\ninstall.sh said:\n{said}", differ.join("\n"))
        })?;
        self.install("--check").map(drop)
    }
}

/// Compiles the example for the bed with this build's own binary.
fn compile(manifest: &str, out: &str) -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(out);
    let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
        .arg("compile")
        .arg(folder().join("example").join(manifest))
        .args(["--env", "testbed", "-o"])
        .arg(&out)
        .output()
        .expect("cargo has built the binary");
    assert!(
        compiled.status.success(),
        "the example does not compile for the bed:\n{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    out.join("testbed/vps")
}

/// What an operator brings: the bundle, releases, secrets from elsewhere; and what a real host downloads.
fn furnish(bed: &Bed, scene: &Scene<'_>, bundle: &Path) {
    let host = &scene.host;
    let site = scene.plan.site();
    host.copy_in(bundle, "/root/bundle");
    host.copy_in(&folder().join("fixtures"), "/root/releases");
    host.copy_in(bed.fact("coredns").as_ref(), "/usr/local/bin/coredns");
    let secrets: String = scene
        .plan
        .of("secret")
        .filter(|secret| secret[1] == "provided")
        .map(|secret| format!("echo 'provided-{0}' >/etc/{site}/secrets/{0}\n", secret[0]))
        .collect();
    host.run(&format!(
        "set -e; umask 077; install -d -m 0755 /etc/{site}; install -d -m 0700 /etc/{site}/secrets\n{secrets}\
         umask 022; /root/releases/pack"
    ))
    .ok()
    .unwrap_or_else(|why| panic!("the host cannot be made ready: {why}"));
}

/// plan.tsv, as far as a test asks it.
struct Plan(Vec<Vec<String>>);

impl Plan {
    fn read(bundle: &Path) -> Self {
        let path = bundle.join("plan.tsv");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self(
            text.lines()
                .filter(|line| !line.starts_with('#'))
                .map(|line| line.split('\t').map(str::to_owned).collect())
                .collect(),
        )
    }

    /// The fields of each record of a type, without the type.
    fn of<'plan>(&'plan self, record: &'plan str) -> impl Iterator<Item = &'plan [String]> {
        self.0
            .iter()
            .filter(move |fields| fields[0] == record)
            .map(|fields| &fields[1..])
    }

    fn site(&self) -> &str {
        &self.of("site").next().expect("a plan names its site")[0]
    }
}
