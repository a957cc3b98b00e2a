//! An instance dies while many ask.

use std::time::{Duration, Instant};

use super::super::checks::{Checks, expect, within};
use super::{ROOT, Scene};

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("one API instance is killed under load: no request fails, and it is back", || {
        scene.outside.start_in_background(
            "wrk --threads 2 --connections 20 --duration 30s --timeout 10s --latency https://api.neurmatic.com/load/x >/tmp/wrk.log 2>&1; \
             echo done >>/tmp/wrk.log",
        );
        std::thread::sleep(Duration::from_secs(8));
        // As a crash does it: the engine starts it again.
        scene
            .host
            .run("kill -KILL $(docker inspect --format '{{.State.Pid}}' neurmatic-api-1-1)")
            .ok()?;
        let killed = Instant::now();
        within(Duration::from_secs(60), || {
            let said = scene.curl("-f https://api.neurmatic.com/load/back?[1-6]")?;
            let restarts = scene
                .host
                .run("docker inspect --format '{{.RestartCount}}' neurmatic-api-1-1")
                .ok()?;
            expect(restarts.trim() != "0" && said.contains("\"name\":\"api-1\""), || said)
        })?;
        println!("          api-1 answers again after {:.1} s", killed.elapsed().as_secs_f32());
        within(Duration::from_secs(40), || {
            scene.outside.run("grep -qx done /tmp/wrk.log").ok().map(drop)
        })?;
        let said = scene.outside.run("cat /tmp/wrk.log").ok()?;
        for line in said.lines().filter(|line| line.contains("requests in") || line.contains("99%")) {
            println!("          {}", line.trim());
        }
        // wrk prints these lines only if there were any.
        let failed = said.contains("Non-2xx") || said.contains("Socket errors") || !said.contains("requests in");
        expect(!failed, || said)
    });
    checks.that(
        "a container that is made anew, with another address, is found again",
        || {
            scene.compose("rm --stop --force api-2")?;
            scene.compose("up --detach --wait api-2")?;
            within(Duration::from_secs(15), || {
                let said = scene.outside.run(&format!(
                    "curl -fsS --cacert {ROOT} 'https://api.neurmatic.com/load/?[1-8]'"
                ));
                let said = said.ok()?;
                expect(said.contains("\"name\":\"api-2\""), || said)
            })
        },
    );
}
