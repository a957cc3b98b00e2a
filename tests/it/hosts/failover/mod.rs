//! Neurmatic once it has outgrown one host: a database with a standby, a cache with Sentinels, eight API instances on two
//! hosts, and what each loss costs the people who use it, in failed requests and seconds.
//!
//! Stand-ins, which say so where they are made: WireGuard in user space for a kernel without it, Docker's packages, the
//! images of the servers (Debian's under those names), and a small HTTP server, with the real clients of PostgreSQL and
//! Redis, for the site's own images.

mod losses;
mod rotation;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::bed::{Bed, Ground, folder, site_of};
use super::checks::{Check, Checks, expect, within};
use super::host::Host;

/// By name, as the bundle has them; nginx is on the first.
const HOSTS: [(&str, &str); 3] = [("vps", "10.89.77.80"), ("vps2", "10.89.77.81"), ("vps3", "10.89.77.82")];
const IMAGES: [&str; 5] = [
    "postgres:15",
    "redis:7",
    "nginx:1.30",
    "neurm-backend:1.14.0",
    "neurm-frontend:1.14.0",
];
const INSTALL: &str = "/root/bundle/install.sh --apply --yes 2>&1";
const COMPOSE: &str = "docker compose --project-name neurmatic --file /etc/neurmatic/compose/compose.yaml";

struct Scene<'bed> {
    hosts: Vec<Host<'bed>>,
    outside: Host<'bed>,
    site: PathBuf,
}

#[test]
fn neurmatic_outlives_the_loss_of_each_part() {
    let Some(bed) = Bed::for_long(Ground::Failover) else {
        return;
    };
    bed.images(&IMAGES);
    let scene = Scene {
        hosts: HOSTS.map(|(name, address)| bed.host(name, address)).into(),
        outside: bed.outside(),
        site: site(),
    };
    scene
        .outside
        .copy_in(&folder().join("neurmatic/asks"), "/usr/local/bin/asks");
    let mut checks = Checks::default();
    scene
        .each(|_, host| {
            let install = "export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -qy install --no-install-recommends wireguard-go";
            host.run(install).ok().map(drop)
        })
        .unwrap_or_else(|why| panic!("no stand-in for the kernel's WireGuard: {why}"));

    checks.that("each host makes its keys", || {
        scene.bring(&[])?;
        scene.each(|name, host| {
            let keys = host.run("/root/bundle/install.sh --public-keys 2>/dev/null").ok()?;
            let file = scene.site.join(format!("keys/{name}.yaml"));
            std::fs::write(file, keys).map_err(|error| error.to_string())
        })
    });
    checks.that("three bare hosts take the bundle, the primary's first", || {
        scene.bring(&[])?;
        scene.each(|_, host| host.run(PROVIDED).ok().map(drop))?;
        scene.host("vps").run(INSTALL).ok()?;
        scene.share_secrets()?;
        scene.each(|name, host| {
            if name == "vps" {
                return Ok(());
            }
            host.run(INSTALL).ok().map(drop)
        })
    });
    checks.that("every container is well, and so is every host", || scene.is_well());
    checks.that("all eight instances answer", || scene.all_answer());
    checks.that("a second install changes nothing", || scene.changes_nothing());
    losses::check(&scene, &mut checks);
    rotation::check(&scene, &mut checks);
    checks.all_hold();
}

/// Secrets from elsewhere.
const PROVIDED: &str = "set -e; umask 077; install -d -m 0755 /etc/neurmatic; install -d -m 0700 /etc/neurmatic/secrets
    awk -F'\\t' '$1 == \"secret\" && $3 == \"provided\" && $4 !~ /^made on/ {print $2}' /root/bundle/plan.tsv \\
      | while read -r name; do [ -e \"/etc/neurmatic/secrets/$name\" ] || echo \"provided-$name\" >\"/etc/neurmatic/secrets/$name\"; done";

impl<'bed> Scene<'bed> {
    fn host(&self, name: &str) -> &Host<'bed> {
        let place = HOSTS
            .iter()
            .position(|(known, _)| *known == name)
            .expect("a host of the site");
        &self.hosts[place]
    }

    /// The same on all hosts at once; the reasons of those where it fails.
    fn each(&self, what: impl Fn(&str, &Host<'bed>) -> Check + Sync) -> Check {
        let mut reasons = Vec::new();
        std::thread::scope(|scope| {
            let what = &what;
            let runs: Vec<_> = HOSTS
                .iter()
                .zip(&self.hosts)
                .map(|((name, _), host)| (name, scope.spawn(move || what(name, host))))
                .collect();
            for (name, run) in runs {
                if let Err(why) = run.join().expect("a check does not panic") {
                    reasons.push(format!("{name}: {why}"));
                }
            }
        });
        expect(reasons.is_empty(), || reasons.join("\n"))
    }

    /// Compiles the site as it is now, with more laid over it, and copies each host its bundle.
    fn bring(&self, more: &[(&str, &str)]) -> Check {
        for (name, text) in more {
            std::fs::write(self.site.join("keys").join(name), text).map_err(|error| error.to_string())?;
        }
        let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
            .args(["compile", "ha.yaml", "--env", "testbed", "-o", "out"])
            .current_dir(&self.site)
            .output()
            .map_err(|error| error.to_string())?;
        expect(compiled.status.success(), || {
            String::from_utf8_lossy(&compiled.stderr).into_owned()
        })?;
        self.each(|name, host| {
            host.run("rm -rf /root/bundle").ok()?;
            host.copy_in(&self.site.join("out/testbed").join(name), "/root/bundle");
            Ok(())
        })
    }

    /// What was made on the first host, brought to the others by whoever may.
    fn share_secrets(&self) -> Check {
        let ask = "cd /etc/neurmatic/secrets && tar -c $(ls | grep -v ^wireguard) | base64 --wrap 0";
        let archive = self.host("vps").run(ask).ok()?;
        self.each(|_, host| {
            let unpack = format!("cd /etc/neurmatic/secrets && echo '{archive}' | base64 --decode | tar -x");
            host.run(&unpack).ok().map(drop)
        })
    }

    fn is_well(&self) -> Check {
        within(Duration::from_secs(120), || {
            self.each(|_, host| {
                let said = host.run("docker ps --all --format '{{.Names}} {{.Status}}'").ok()?;
                let ill = said.lines().any(|line| !line.contains("(healthy)"));
                expect(!ill && !said.is_empty(), || said.clone())?;
                let health = host.run("neurmatic-health-check --critical 2>&1");
                expect(health.code == 0, || health.stdout)
            })
        })
    }

    fn all_answer(&self) -> Check {
        let curl = "curl -fsS -m 5 -H 'Host: api.neurmatic.com' 'http://10.89.77.80/load/[1-80]' >/dev/null";
        self.outside.run(curl).ok()?;
        for name in ["vps", "vps2"] {
            let count = format!(
                "for i in 1 2 3 4; do {COMPOSE} exec -T api-$i curl -fsS http://127.0.0.1:3000/api/v1/metrics; done"
            );
            let said = self.host(name).run(&count).ok()?;
            let counts = said.lines().filter_map(|line| line.strip_prefix("requests_total "));
            let busy = counts
                .filter(|count| count.parse::<u32>().is_ok_and(|count| count > 5))
                .count();
            expect(busy == 4, || format!("{name}: {said}"))?;
        }
        Ok(())
    }

    fn changes_nothing(&self) -> Check {
        self.each(|_, host| {
            let said = host.run(INSTALL).ok()?;
            expect(said.starts_with("unchanged"), || said)?;
            host.run("/root/bundle/install.sh --check 2>&1").ok().map(drop)
        })
    }

    /// Asks a path under load while something is lost; how many requests there were, how many failed, and the seconds of
    /// the slowest and of the outage.
    fn under_load(&self, path: &str, lose: impl FnOnce() -> Check) -> Result<Figures, String> {
        self.outside.start_in_background(&format!(
            "rm -f /tmp/stop /tmp/figures; asks 10.89.77.80 api.neurmatic.com {path} /tmp/stop >/tmp/figures.new 2>&1; mv /tmp/figures.new /tmp/figures"
        ));
        std::thread::sleep(Duration::from_secs(3));
        let lost = lose();
        self.outside.run("touch /tmp/stop").ok()?;
        let mut said = String::new();
        within(Duration::from_secs(60), || {
            said = self.outside.run("cat /tmp/figures").ok()?;
            Ok(())
        })?;
        lost?;
        let mut words = said.split_whitespace();
        let mut number = || words.next().and_then(|word| word.parse::<f32>().ok());
        let figures = (number(), number(), number(), number());
        let (Some(requests), Some(failed), Some(slowest), Some(away)) = figures else {
            return Err(said);
        };
        println!(
            "          {requests} requests, {failed} failed, the slowest answer took {slowest} s, no answers for {away} s"
        );
        Ok(Figures { failed, said })
    }
}

struct Figures {
    failed: f32,
    said: String,
}

/// The site in a folder of its own, which takes the keys.
fn site() -> PathBuf {
    site_of(
        "hosts-failover",
        &[
            ("neurmatic/ha.yaml", "ha.yaml"),
            ("../sites/neurmatic/site.yaml", "site.yaml"),
        ],
    )
}
