//! `kill -9` at a random moment of an apply: the next one finishes it, or brings the old bundle back, and nothing is lost.

use std::time::Instant;

use super::super::checks::{Check, Checks, expect};
use super::Scene;

const ROWS: &str =
    "runuser -u postgres -- psql -X -tA -d acme -c 'SELECT count(*) FROM orders'; cd /etc/acme/secrets && sha256sum *";

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    let mut whole = 0.0;
    let mut before = String::new();
    checks.that("there is something to lose", || {
        scene
            .host
            .run("runuser -u postgres -- psql -X -q -d acme -c \"INSERT INTO orders (what) SELECT 'order ' || n FROM generate_series(1, 1000) n\"")
            .ok()?;
        before = scene.host.run(ROWS).ok()?;
        expect(before.starts_with("1000\n"), || before.clone())
    });
    checks.that("how long an apply takes", || {
        let begun = Instant::now();
        scene.install("newer --apply --yes")?;
        whole = begun.elapsed().as_secs_f64();
        scene.install("site --apply --yes").map(drop)
    });
    // Compose makes the new container before it removes the old one.
    checks.that("of two containers that a kill left of one, one stays", || {
        let two = "docker create --name left_acme-api-1-1 $(docker inspect --format \
                   '{{range $key, $value := .Config.Labels}}--label={{$key}}={{$value}} {{end}}{{.Config.Image}}' acme-api-1-1)";
        scene.host.run(two).ok()?;
        scene.install("newer --apply --yes")?;
        scene.serves("2")?;
        let left = scene.host.run("docker ps --all --format '{{.Names}}' | grep -c api-1").ok()?;
        expect(left.trim() == "1", || left)?;
        scene.install("site --apply --yes").map(drop)
    });
    // Twenty by hand; a few every time.
    let kills =
        std::env::var_os("SITEWRIGHT_KILLS").map_or(2, |count| count.to_string_lossy().parse().expect("a number"));
    for kill in 0..kills {
        let after = whole * random(scene);
        // The new bundle is finished, or the old one comes back.
        let (bundle, tag) = if kill % 2 == 0 { ("newer", "2") } else { ("site", "1") };
        checks.that(
            &format!("killed after {after:.2} s of {whole:.1} s, then `{bundle}` is applied"),
            || {
                killed(scene, after, bundle)?;
                scene.serves(tag)?;
                let now = scene.host.run(ROWS).ok()?;
                expect(now == before, || now)?;
                scene.install("site --apply --yes").map(drop)
            },
        );
    }
}

fn killed(scene: &Scene<'_>, after: f64, bundle: &str) -> Check {
    let said = scene.host.run(&format!(
        "setsid /root/newer/install.sh --apply --yes >/root/killed 2>&1 & sleep {after:.2}; kill -KILL -- -$! 2>/dev/null; wait; \
         tail -n 1 /root/killed; /root/{bundle}/install.sh --apply --yes 2>&1 && /root/{bundle}/install.sh --check"
    ));
    let said = said.ok()?;
    println!("          it had come to: {}", said.lines().next().unwrap_or_default());
    Ok(())
}

/// From 0 to 1. A failure is told with the moment, so nothing has to be repeatable.
fn random(scene: &Scene<'_>) -> f64 {
    let said = scene.host.run("shuf -i 0-1000 -n 1").stdout;
    said.trim().parse::<f64>().expect("shuf prints a number") / 1000.0
}
