//! Releases: the first ones, one that follows under load, and ones that are broken.

use super::super::checks::{Check, Checks, expect};
use super::Scene;
use super::names::ROOT;

pub(super) fn first(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("the first releases are deployed", || {
        deploy(scene, "web web.tar.gz --name first")?;
        let said = deploy(scene, "api api.tar.gz --name first")?;
        expect(said.contains("save       db/acme to local"), || said)
    });
}

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("the migrations made a table, and the application may fill it", || {
        let said = scene.host.run(
            "runuser -u postgres -- psql -X -tA -d acme -c \"SELECT tableowner, has_table_privilege('acme_app', 'orders', 'INSERT'), \
             has_table_privilege('acme_app', 'orders', 'TRUNCATE') FROM pg_tables WHERE tablename = 'orders'\"",
        );
        let said = said.ok()?;
        expect(said.trim() == "acme|t|f", || said)
    });
    checks.that("a release follows another under load, and no request fails", || {
        let said = under_load(scene, "api api.tar.gz --name second", 0)?;
        expect(said.contains("try") && said.contains("deployed   second"), || said)?;
        serves(scene, "second")
    });
    checks.that(
        "a release that ends at once is taken back, and no request fails",
        || {
            let said = under_load(scene, "api dies.tar.gz --name third", 1)?;
            expect(said.contains("back       to second"), || said)?;
            serves(scene, "second")
        },
    );
    checks.that("a release that answers 500 is taken back, and no request fails", || {
        under_load(scene, "api ill.tar.gz --name third", 1)?;
        serves(scene, "second")
    });
    checks.that("migrations that fail leave all as it was", || {
        let said = run(scene, "api unmigrated.tar.gz --name third", 1)?;
        expect(said.contains("nothing was switched"), || said)?;
        serves(scene, "second")
    });
    checks.that("an archive of another digest is refused", || {
        let digest = "0".repeat(64);
        run(scene, &format!("api api.tar.gz --name third --sha256 {digest}"), 1)?;
        serves(scene, "second")
    });
    checks.that("going back under load fails no request", || {
        under_load(scene, "api --rollback", 0)?;
        serves(scene, "first")
    });
    checks.that("nothing of the failed ones is left", || {
        let said = scene.host.run("ls -A /opt/acme/api /opt/acme/api/releases").ok()?;
        let wanted = "/opt/acme/api:\ncurrent\nprevious\nreleases\n\n/opt/acme/api/releases:\nfirst\nsecond\n";
        expect(said == wanted, || said)?;
        let units = scene
            .host
            .run("systemctl list-units --all --plain --no-legend 'acme-api@*'")
            .ok()?;
        expect(units.lines().count() == 2, || units)
    });
}

fn deploy(scene: &Scene<'_>, arguments: &str) -> Result<String, String> {
    run(scene, arguments, 0)
}

/// What it says, if it exits as it should.
fn run(scene: &Scene<'_>, arguments: &str, code: i32) -> Result<String, String> {
    // A release that never answers is given up sooner than by default.
    let patience = if code == 0 { "" } else { "PATIENCE=20" };
    let said = scene
        .host
        .run(&format!("cd /root/releases && {patience} acme-deploy {arguments} 2>&1"));
    expect(said.code == code, || {
        format!("exit {}, not {code}\n{}", said.code, said.stdout)
    })?;
    Ok(said.stdout)
}

/// Deploys while a stranger asks nine times a second, one below what its rate allows.
fn under_load(scene: &Scene<'_>, arguments: &str, code: i32) -> Result<String, String> {
    let load = format!(
        "rm -f /tmp/stop; while ! [ -e /tmp/stop ]; do \
           curl -sS --max-time 10 --cacert {ROOT} -o /dev/null -w '%{{http_code}}\n' https://acme.example/api/echo & sleep 0.11; \
         done >/tmp/codes 2>&1; wait"
    );
    let said = std::thread::scope(|threads| {
        let load = threads.spawn(|| scene.outside.run(&load));
        std::thread::sleep(std::time::Duration::from_secs(1));
        let said = run(scene, arguments, code);
        std::thread::sleep(std::time::Duration::from_secs(1));
        scene.outside.run("touch /tmp/stop");
        let _ = load.join().expect("a load ends");
        said
    })?;
    let codes = scene.outside.run("sort /tmp/codes | uniq -c").ok()?;
    let failed: Vec<_> = codes.lines().filter(|line| !line.ends_with(" 200")).collect();
    println!("{arguments}: {}", codes.trim());
    expect(failed.is_empty() && !codes.is_empty(), || format!("{codes}\n{said}"))?;
    Ok(said)
}

fn serves(scene: &Scene<'_>, release: &str) -> Check {
    for port in [3000, 3001] {
        let said = scene
            .host
            .run(&format!("curl -fsS --max-time 5 http://127.0.0.1:{port}/healthz"))
            .ok()?;
        expect(said.contains(&format!("\"release\":\"{release}\"")), || said)?;
    }
    Ok(())
}
