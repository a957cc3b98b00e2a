//! The database's standby: what it has, how it becomes the primary, and that nothing undoes that.

use std::time::Duration;

use super::super::checks::{Check, Checks, expect, within};
use super::Scene;

const PSQL: &str = "runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --dbname trio --command";
const UNIT: &str = "postgresql@15-main.service";

pub(super) fn checks(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("the standby has what the primary writes", || {
        scene.sql(
            "two",
            "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('first')",
        )?;
        within(Duration::from_secs(10), || scene.has("three", "first"))?;
        scene.says("three", "trio-standby db probe", 0, "ok\ta standby")?;
        within(Duration::from_secs(10), || {
            scene.says("two", "trio-standby db probe", 0, "every standby is connected")
        })?;
        let write = scene
            .host("three")
            .run(&format!("{PSQL} \"INSERT INTO kept VALUES ('no')\" 2>&1"));
        expect(write.code != 0 && write.stdout.contains("read-only"), || {
            format!("{write:?}")
        })
    });
    checks.that("nobody but a member may replicate", || {
        let ask = "PGPASSWORD=$(cat /etc/trio/secrets/db_standby) psql --dbname 'host=10.8.0.2 user=standby dbname=replication replication=true sslmode=require' --command IDENTIFY_SYSTEM 2>&1";
        let said = scene.host("one").run(ask);
        expect(said.code != 0 && said.stdout.contains("pg_hba.conf"), || format!("{said:?}"))
    });
    checks.that("nobody is promoted while the primary takes writes, or might", || {
        scene.says("three", "trio-promote db --primary-is-down 2>&1", 1, "two takes writes")?;
        scene.host("two").run(&format!("systemctl disable --now {UNIT}")).ok()?;
        scene.says("three", "trio-promote db 2>&1", 1, "cannot be seen from here")
    });
    checks.that("a standby is promoted by hand, with all that was written", || {
        scene.says("three", "trio-promote db --primary-is-down 2>&1", 0, "on: [three, two]")?;
        scene.has("three", "first")?;
        scene.sql("three", "INSERT INTO kept VALUES ('second')")
    });
    checks.that("an installation refuses to undo it", || {
        scene.says("three", "/root/bundle/install.sh --apply --yes 2>&1", 2, "takes writes")?;
        scene.says(
            "two",
            "/root/bundle/install.sh --apply --yes 2>&1",
            2,
            "three was promoted",
        )?;
        scene.has("three", "second")
    });
    checks.that("the old primary does not start beside the new one", || {
        let started = scene.host("two").run(&format!("systemctl start {UNIT}"));
        expect(started.code != 0, || "it started".to_owned())?;
        scene.says(
            "two",
            &format!("journalctl -u {UNIT} -n 20 -o cat"),
            0,
            "three was promoted",
        )
    });
    checks.that("the manifest follows, and clients with it", || {
        let turned = "environments: {production: {services: {db: {on: [three, two]}}}}\n";
        scene.bring(&[("turned.yaml", turned)])?;
        for name in ["three", "one"] {
            scene
                .host(name)
                .run("/root/bundle/install.sh --apply --yes 2>&1")
                .ok()?;
        }
        within(Duration::from_secs(20), || scene.answers())
    });
    checks.that(
        "the old primary comes back as a standby, and its data is kept beside",
        || {
            let refused = scene.host("two").run("trio-standby db join 2>&1");
            expect(refused.code == 1 && refused.stdout.contains("data of its own"), || {
                format!("{refused:?}")
            })?;
            scene.host("two").run("trio-standby db rejoin </dev/null 2>&1").ok()?;
            scene
                .host("two")
                .run("/root/bundle/install.sh --apply --yes 2>&1")
                .ok()?;
            within(Duration::from_secs(10), || scene.has("two", "second"))?;
            scene
                .host("two")
                .run("ls -d /var/lib/postgresql/15/main.before-*")
                .ok()?;
            scene.says("three", "trio-standby db probe", 0, "every standby is connected")
        },
    );
}

impl Scene<'_> {
    fn sql(&self, host: &str, statement: &str) -> Check {
        self.host(host).run(&format!("{PSQL} \"{statement}\"")).ok().map(drop)
    }

    fn has(&self, host: &str, word: &str) -> Check {
        let words = self.host(host).run(&format!("{PSQL} 'SELECT word FROM kept'")).ok()?;
        expect(words.lines().any(|other| other == word), || {
            format!("{host} has only {words}")
        })
    }

    fn says(&self, host: &str, command: &str, code: i32, text: &str) -> Check {
        let said = self.host(host).run(command);
        expect(said.code == code && said.stdout.contains(text), || {
            format!("{host}: {said:?}")
        })
    }
}
