//! One part after the other is lost while many ask.

use std::time::{Duration, Instant};

use super::super::checks::{Check, Checks, expect, within};
use super::{COMPOSE, INSTALL, Scene};

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("an API instance is killed: no request fails, and it is back", || {
        let figures = scene.under_load("/load/x", || {
            scene
                .host("vps2")
                .run("kill -KILL $(docker inspect --format '{{.State.Pid}}' neurmatic-api-2-1)")
                .ok()?;
            scene.is_back("vps2", "api-2")
        })?;
        expect(figures.failed == 0.0, || figures.said)
    });
    checks.that("a whole API host is cut off: no request fails", || {
        let figures = scene.under_load("/load/x", || {
            scene.cut("vps2", "--insert")?;
            std::thread::sleep(Duration::from_secs(20));
            Ok(())
        })?;
        scene.cut("vps2", "--delete")?;
        expect(figures.failed == 0.0, || figures.said)
    });
    checks.that("it is back, and all is well", || {
        scene.is_well()?;
        // nginx asks an instance again ten seconds after it gave it up.
        within(Duration::from_secs(30), || scene.all_answer())
    });
    checks.that("the cache's master is killed: Sentinel makes another one", || {
        let master = scene.master()?;
        let mut after = 0.0;
        let figures = scene.under_load("/load/cache", || {
            scene.host(&master).run("docker kill neurmatic-cache-1").ok()?;
            let killed = Instant::now();
            within(Duration::from_secs(40), || {
                let now = scene.master_by("vps3")?;
                expect(now != master, || format!("still {master}"))
            })?;
            after = killed.elapsed().as_secs_f32();
            scene.answers("/load/cache")
        })?;
        println!("          another master after {after:.1} s");
        expect(figures.failed > 0.0, || "nothing was lost".to_owned())?;
        let start = format!("{COMPOSE} up --detach --wait cache");
        scene.host(&master).run(&start).ok()?;
        within(Duration::from_secs(20), || {
            let now = scene.master()?;
            expect(now != master, || format!("{master} came back as master"))
        })
    });
    checks.that("an installation does not undo it", || {
        let master = scene.master()?;
        scene.changes_nothing()?;
        expect(scene.master()? == master, || "another master".to_owned())?;
        scene.answers("/load/cache")
    });
    checks.that(
        "the database's primary is killed, and its standby promoted by hand",
        || {
            let mut after = 0.0;
            let mut lose = || -> Check {
                scene.host("vps").run("docker kill neurmatic-db-1").ok()?;
                let killed = Instant::now();
                let said = scene.host("vps2").run("neurmatic-promote db --primary-is-down 2>&1");
                expect(said.code == 0 && said.stdout.contains("on: [vps2, vps]"), || {
                    format!("{said:?}")
                })?;
                let turned = "environments: {testbed: {services: {db: {on: [vps2, vps]}}}}\n";
                scene.bring(&[("turned.yaml", turned)])?;
                scene.host("vps2").run(INSTALL).ok()?;
                scene.host("vps").run(&format!("{COMPOSE} start db")).ok()?;
                within(Duration::from_secs(20), || {
                    let said = scene
                        .host("vps")
                        .run(&format!("{COMPOSE} logs --tail 5 db 2>&1"))
                        .ok()?;
                    expect(
                        said.contains("vps2 was promoted while this host was the primary"),
                        || said,
                    )
                })?;
                // The old primary cannot be installed before it follows; clients of it are on this host, too.
                scene
                    .host("vps")
                    .run("neurmatic-standby db rejoin </dev/null 2>&1")
                    .ok()?;
                scene.host("vps").run(INSTALL).ok()?;
                scene.answers("/load/sql")?;
                after = killed.elapsed().as_secs_f32();
                Ok(())
            };
            let figures = scene.under_load("/load/sql", || lose().map_err(|why| scene.with_databases(&why)))?;
            println!("          it takes writes after {after:.1} s");
            expect(figures.failed > 0.0, || "nothing was lost".to_owned())
        },
    );
    checks.that("the old primary follows, and both know it", || {
        let follows = within(Duration::from_secs(30), || {
            let standby = scene.host("vps").run("neurmatic-standby db probe 2>&1");
            expect(standby.stdout.contains("ok\ta standby"), || format!("{standby:?}"))?;
            let primary = scene.host("vps2").run("neurmatic-standby db probe 2>&1");
            expect(primary.stdout.contains("every standby is connected"), || {
                format!("{primary:?}")
            })
        });
        follows.map_err(|why| scene.with_databases(&why))?;
        scene.is_well()
    });
}

impl Scene<'_> {
    /// Drops all that goes between a host and the others, as a broken switch does.
    fn cut(&self, name: &str, how: &str) -> Check {
        let rule = |chain: &str, way: &str| format!("iptables --wait --table raw {how} {chain} {way} eth0 --jump DROP");
        let script = format!("{} && {}", rule("PREROUTING", "-i"), rule("OUTPUT", "-o"));
        self.host(name).run(&script).ok().map(drop)
    }

    fn is_back(&self, host: &str, container: &str) -> Check {
        let begun = Instant::now();
        within(Duration::from_secs(60), || {
            let ask = format!(
                "docker inspect --format '{{{{.RestartCount}}}} {{{{.State.Health.Status}}}}' neurmatic-{container}-1"
            );
            let said = self.host(host).run(&ask).ok()?;
            expect(said.trim() == "1 healthy", || said)
        })?;
        println!(
            "          it is well again after {:.1} s",
            begun.elapsed().as_secs_f32()
        );
        Ok(())
    }

    /// A reason, and what both servers say of themselves.
    fn with_databases(&self, why: &str) -> String {
        let ask = format!(
            "docker inspect --format '{{{{json .State}}}}' neurmatic-db-1; {COMPOSE} logs --timestamps --tail 12 db 2>&1"
        );
        let said = ["vps", "vps2"].map(|name| format!("{name}: {}", self.host(name).run(&ask).stdout));
        format!("{why}\n{}", said.join("\n"))
    }

    fn answers(&self, path: &str) -> Check {
        within(Duration::from_secs(30), || {
            let ask = format!("curl -sS -m 5 -H 'Host: api.neurmatic.com' 'http://10.89.77.80{path}?[1-8]'");
            let said = self.outside.run(&ask).ok()?;
            expect(said.matches("stored").count() == 8, || said)
        })
    }

    /// The host of the cache's master, which all Sentinels have to agree on.
    fn master(&self) -> Result<String, String> {
        let all: Result<Vec<String>, String> = ["vps", "vps2", "vps3"]
            .map(|name| self.master_by(name))
            .into_iter()
            .collect();
        let all = all?;
        expect(all.iter().all(|name| *name == all[0]), || format!("{all:?}"))?;
        Ok(all[0].clone())
    }

    fn master_by(&self, name: &str) -> Result<String, String> {
        let ask = format!(
            "{COMPOSE} exec -T cache-sentinel redis-cli -p 26379 --user health --pass - --no-auth-warning sentinel master cache | sed -n 4p"
        );
        let address = self.host(name).run(&ask).ok()?;
        match address.trim() {
            "10.8.0.1" => Ok("vps".into()),
            "10.8.0.2" => Ok("vps2".into()),
            "10.8.0.3" => Ok("vps3".into()),
            other => Err(other.to_owned()),
        }
    }
}
