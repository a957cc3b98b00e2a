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
    checks.that("the cache's password is replaced under load: no request fails", || {
        scene.outside.start_in_background(
            "wrk --threads 1 --connections 2 --duration 300s --timeout 10s https://api.neurmatic.com/load/cache >/tmp/wrk.log 2>&1; \
             echo done >>/tmp/wrk.log",
        );
        let old = scene.host.run("cat /etc/neurmatic/secrets/cache_app").ok()?;
        let said = scene.host.run("sleep 2; neurmatic-rotate-secret cache_app --yes 2>&1");
        scene.outside.run("sleep 2; pkill -INT -x wrk").ok()?;
        within(Duration::from_secs(20), || {
            scene.outside.run("grep -qx done /tmp/wrk.log").ok().map(drop)
        })?;
        let (said, load) = (said.ok()?, scene.outside.run("cat /tmp/wrk.log").ok()?);
        let new = scene.host.run("cat /etc/neurmatic/secrets/cache_app").ok()?;
        expect(new != old && !said.contains("going back"), || said)?;
        let refused = format!("exec -T -e REDISCLI_AUTH={old} cache redis-cli --user app ping 2>&1");
        let refused = scene.compose(&refused).unwrap_or_else(|why| why);
        expect(refused.contains("WRONGPASS"), || refused)?;
        for line in load.lines().filter(|line| line.contains("requests in")) {
            println!("          {}", line.trim());
        }
        let failed = load.contains("Non-2xx") || load.contains("Socket errors") || !load.contains("requests in");
        expect(!failed, || load)
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
