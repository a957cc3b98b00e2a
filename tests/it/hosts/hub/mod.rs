//! LetsBe's hub on one bare host: a container behind the host's own nginx, a wildcard's certificate through a provider's
//! API, backups to a place that rclone reaches.
//!
//! Stand-ins: Cloudflare's API (`cloudflare`, on the stranger's machine), Docker's packages, Debian's PostgreSQL under the
//! image's name, and a small HTTP server with the real client of PostgreSQL for the hub's own image.

mod scene;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::bed::{Bed, Ground, folder};
use super::checks::{Checks, expect, within};
use scene::Scene;

const ADDRESS: &str = "10.89.77.100";
const URL: &str = "https://hub.letsbe.biz";

#[test]
fn the_hub_serves_its_customers() {
    let Some(bed) = Bed::for_long(Ground::Hub) else { return };
    bed.images(&["postgres:16", "neurm-backend:1.14.0"]);
    let scene = Scene {
        host: bed.host("hub", ADDRESS),
        outside: bed.outside(),
    };
    scene
        .furnish(&compile())
        .unwrap_or_else(|why| panic!("the host cannot be made ready: {why}"));
    scene
        .start_provider()
        .unwrap_or_else(|why| panic!("the stranger serves nothing: {why}"));
    let mut checks = Checks::default();
    checks.that("a bare host takes the bundle", || {
        scene
            .host
            .run("/root/bundle/install.sh --apply --yes 2>&1")
            .ok()
            .map(drop)
    });
    checks.that("every container is up and healthy, and so is the host", || {
        scene.is_well()
    });
    checks.that(
        "certbot got the wildcard's certificate through Cloudflare's API",
        || {
            within(Duration::from_secs(120), || {
                let names = scene.outside.run(&format!(
                    "openssl s_client -connect {ADDRESS}:443 -servername hub.letsbe.biz </dev/null 2>/dev/null \
                 | openssl x509 -noout -issuer -ext subjectAltName"
                ));
                let said = names.stdout;
                expect(said.contains("Pebble") && said.contains("DNS:*.letsbe.biz"), || {
                    said.clone()
                })
            })
            .map_err(|why| {
                let log = scene.host.run("journalctl --no-pager -n 40 -u 'letsbe-certificate@*'");
                format!("{why}\n{}", log.stdout)
            })
        },
    );
    scene.answers(&mut checks);
    checks.that("each part of the API has its limit", || {
        for (path, rate, burst, asked) in [("public", 10, 20, 50), ("tenant", 30, 50, 100)] {
            let begun = Instant::now();
            let said = scene.at_once(path, asked).ok()?;
            let seconds = begun.elapsed().as_secs() + 1;
            let passed = said.lines().filter(|code| *code == "200").count() as u64;
            let late = said.lines().filter(|code| *code == "429").count() as u64;
            println!("          {path}: {passed} of {asked} passed within {seconds} s, {late} were told 429");
            let few = passed > burst && passed <= 1 + burst + rate * seconds;
            expect(few && late > 0 && passed + late == asked, || said)?;
        }
        Ok(())
    });
    checks.that(
        "who goes on far beyond it is locked out, until somebody lets them in",
        || {
            scene.at_once("public", 200);
            let ask = format!("-o /dev/null {URL}/");
            within(Duration::from_secs(30), || {
                expect(scene.curl(&ask).is_err(), || "it is still answered".to_owned())
            })?;
            let said = scene.host.run("fail2ban-client unban --all").ok()?;
            expect(said.trim() == "1", || said)?;
            within(Duration::from_secs(10), || scene.curl(&ask).map(drop))
        },
    );
    checks.that("jobs can be started by the engine's socket", || {
        let ask =
            "docker exec --user 0 letsbe-hub-1 curl -fsS --unix-socket /var/run/docker.sock http://localhost/version";
        let said = scene.host.run(ask).ok()?;
        expect(said.contains("\"ApiVersion\""), || said.clone())
    });
    checks.that("the world reaches no more than SSH and the web", || {
        for port in [3847, 3000, 5432] {
            let open = scene.outside.run(&format!("nc -z -w 2 {ADDRESS} {port}")).code == 0;
            expect(!open, || format!("port {port} is open"))?;
        }
        Ok(())
    });
    checks.that(
        "what is lost comes back from either place, one of which rclone reaches",
        || {
            let saved = scene.rows()?;
            scene.host.run("letsbe-backup 2>&1").ok()?;
            for place in ["local", "offsite"] {
                scene.comes_back_from(place, &saved)?;
            }
            Ok(())
        },
    );
    checks.that("a second install changes nothing", || {
        let said = scene.host.run("/root/bundle/install.sh --apply --yes 2>&1").ok()?;
        expect(said.starts_with("unchanged"), || said)?;
        scene.host.run("/root/bundle/install.sh --check 2>&1").ok().map(drop)
    });
    checks.that("the host comes back from a reboot", || scene.host.reboot());
    checks.that("every container is up and healthy, and so is the host", || {
        scene.is_well()
    });
    scene.answers(&mut checks);
    checks.all_hold();
}

fn compile() -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hosts-hub");
    let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
        .arg("compile")
        .arg(folder().join("hub/site.yaml"))
        .args(["--env", "testbed", "-o"])
        .arg(&out)
        .output()
        .expect("cargo has built the binary");
    assert!(
        compiled.status.success(),
        "the hub does not compile for the bed:\n{}",
        String::from_utf8_lossy(&compiled.stderr)
    );
    out.join("testbed/hub")
}
