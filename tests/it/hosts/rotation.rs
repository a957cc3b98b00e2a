//! Secrets that are replaced while the site is used: what fails meanwhile, what is accepted, and what is left of the old ones.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::bed::{Bed, Ground, folder};
use super::checks::{Check, Checks, expect, within};
use super::host::Host;

const ADDRESS: &str = "10.89.77.90";

/// Asks as a client does that logs in with one instance and comes back to another, and as one that logged in long ago.
const LOAD: &str = "rm -f /tmp/stop /tmp/all /tmp/bad; touch /tmp/all /tmp/bad; \
    ask() { curl -sS -m 10 --fail-with-body --resolve turn.example:80:10.89.77.90 \"$@\" 2>&1; }; \
    until [ -e /tmp/stop ]; do \
      token=$(ask http://turn.example/login) || echo \"login $token\" >>/tmp/bad; \
      for bearer in \"$token\" \"$(cat /tmp/first)\"; do \
        echo >>/tmp/all; said=$(ask -H \"Authorization: Bearer $bearer\" http://turn.example/work) || echo \"$(date +%T.%N) $said\" >>/tmp/bad; \
      done; \
    done";

/// The database refuses the password that is on its way out.
const CHANGED: &str = "cd /var/lib/sitewright/turn/rotation/db_turn_app && [ $(cat step) = switch ] && \
    ! PGPASSWORD=$(cat old) psql -h 127.0.0.1 -U turn_app -d turn -c ''";

/// Every argument of every process, as long as it runs.
const WATCH: &str = "rm -f /tmp/unwatch; : >/root/processes; until [ -e /tmp/unwatch ]; do \
    cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' >>/root/processes; sleep 0.01; done";

struct Scene<'bed> {
    vps: Host<'bed>,
    outside: Host<'bed>,
}

#[test]
fn secrets_are_replaced_while_the_site_is_used() {
    let Some(bed) = Bed::for_long(Ground::Rotation) else {
        return;
    };
    let scene = Scene {
        vps: bed.host("vps", ADDRESS),
        outside: bed.outside(),
    };
    let mut checks = Checks::default();
    checks.that("a bare host takes the bundle, and the application answers", || {
        scene.install()
    });
    checks.that("a cache's password is replaced, and no request fails", || {
        scene.replaces("cache_app")
    });
    checks.that("a database's password is replaced, and no request fails", || {
        scene.replaces("db_turn_app")?;
        let refused = scene
            .vps
            .run("PGPASSWORD=$(tail -n 2 /root/values | head -n 1) psql -h 127.0.0.1 -U turn_app -d turn -c '' 2>&1");
        expect(
            refused.code != 0 && refused.stdout.contains("password authentication failed"),
            || refused.stdout,
        )
    });
    checks.that("a key for tokens is replaced, and tokens of the old one count", || {
        scene.replaces("jwt")?;
        scene.accepts("/tmp/first")?;
        let due = scene.vps.run("turn-rotate-secret --due");
        expect(due.code == 0, || due.stdout)?;
        scene
            .vps
            .run("touch -d '2 days ago' /etc/turn/secrets/jwt.previous")
            .ok()?;
        let due = scene.vps.run("turn-rotate-secret --due");
        expect(due.code == 1 && due.stdout.contains("jwt --finish"), || due.stdout)?;
        let health = scene.vps.run("turn-health-check");
        expect(health.code == 1 && health.stdout.contains("warning   secrets"), || {
            health.stdout
        })
    });
    checks.that("until the overlap is finished", || {
        scene
            .outside
            .run(&format!("{} http://turn.example/login >/tmp/second", ask()))
            .ok()?;
        scene.vps.run("turn-rotate-secret jwt --finish --yes 2>&1").ok()?;
        scene.accepts("/tmp/second")?;
        expect(scene.accepts("/tmp/first").is_err(), || {
            "the first token still counts".to_owned()
        })?;
        scene.outside.run("cp /tmp/second /tmp/first").ok().map(drop)
    });
    checks.that("a secret that is provided comes from standard input", || {
        scene
            .vps
            .run("turn-rotate-secret payments --yes </root/app/another-key 2>&1")
            .ok()?;
        let shown = scene
            .outside
            .run(&format!("{} http://turn.example/payments", ask()))
            .ok()?;
        let wanted = scene.vps.run("sha256sum </root/app/another-key").ok()?;
        expect(wanted.starts_with(&shown), || format!("{shown} instead of {wanted}"))
    });
    checks.that("a value that the application does not run with is taken back", || {
        scene.remember("payments")?;
        scene.outside.start_in_background(LOAD);
        let said = scene
            .vps
            .run("turn-rotate-secret payments --yes </root/app/broken-key 2>&1");
        let failed = scene.loaded()?.1;
        expect(said.code == 1 && said.stdout.contains("has its old value"), || {
            said.stdout
        })?;
        let now = scene.secret("payments")?;
        expect(now == "the bank has another one", || now)?;
        expect(failed.is_empty(), || failed.clone())?;
        scene.is_well()
    });
    for (moment, until) in [
        (
            "before anything is written",
            "[ -e /var/lib/sitewright/turn/rotation/db_turn_app/step ]",
        ),
        ("once the database has the new password", CHANGED),
    ] {
        checks.that(&format!("killed {moment}, the next run finishes it"), || {
            let old = scene.remember("db_turn_app")?;
            scene.kills("db_turn_app", until)?;
            let due = scene.vps.run("turn-rotate-secret --due");
            expect(due.code == 1 && due.stdout.contains("interrupted"), || due.stdout)?;
            scene.vps.run("turn-rotate-secret db_turn_app --yes 2>&1").ok()?;
            expect(scene.secret("db_turn_app")? != old, || "the old value".to_owned())?;
            scene.is_well()
        });
    }
    checks.that("or goes back", || {
        let old = scene.secret("db_turn_app")?;
        scene.kills("db_turn_app", CHANGED)?;
        let said = scene.vps.run("turn-rotate-secret db_turn_app --undo 2>&1");
        expect(said.code == 1 && scene.secret("db_turn_app")? == old, || said.stdout)?;
        scene.is_well()
    });
    checks.that("nothing secret was seen in processes, logs or what was kept", || {
        scene.shows_nothing()
    });
    checks.that("a second install changes nothing", || {
        let said = scene.vps.run("/root/bundle/install.sh --apply --yes 2>&1").ok()?;
        expect(said.starts_with("unchanged"), || said)?;
        let said = scene.vps.run("/root/bundle/install.sh --check 2>&1").ok()?;
        expect(said.starts_with("no drift"), || said)
    });
    checks.all_hold();
}

/// How the stranger asks.
fn ask() -> &'static str {
    "curl -sS -m 10 --fail-with-body --resolve turn.example:80:10.89.77.90"
}

impl Scene<'_> {
    fn install(&self) -> Check {
        let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hosts-rotation");
        let _ = std::fs::remove_dir_all(&site);
        let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
            .arg("compile")
            .arg(folder().join("rotation/site.yaml"))
            .arg("-o")
            .arg(&site)
            .output()
            .map_err(|error| error.to_string())?;
        expect(compiled.status.success(), || {
            String::from_utf8_lossy(&compiled.stderr).into_owned()
        })?;
        self.vps.copy_in(&site.join("production/vps"), "/root/bundle");
        self.vps.copy_in(&folder().join("rotation/app"), "/root/app");
        self.vps
            .run(
                "install -d -m 0700 /etc/turn/secrets && printf 'the bank gave this' >/etc/turn/secrets/payments && \
                 /root/bundle/install.sh --apply --yes 2>&1 && tar -czf /root/api.tar.gz -C /root/app . && \
                 turn-deploy api /root/api.tar.gz --name first 2>&1",
            )
            .ok()?;
        self.outside
            .run(&format!("{} http://turn.example/login >/tmp/first", ask()))
            .ok()?;
        self.vps.start_in_background(WATCH);
        self.is_well()
    }

    fn secret(&self, name: &str) -> Result<String, String> {
        self.vps.run(&format!("cat /etc/turn/secrets/{name}")).ok()
    }

    /// Keeps its value on the host, to look for it.
    fn remember(&self, name: &str) -> Result<String, String> {
        let path = format!("/etc/turn/secrets/{name}");
        self.vps
            .run(&format!("cat {path} >>/root/values; echo >>/root/values"))
            .ok()?;
        self.secret(name)
    }

    fn accepts(&self, token: &str) -> Check {
        let bearer = format!("{} -H \"Authorization: Bearer $(cat {token})\"", ask());
        // Once for each instance.
        self.outside
            .run(&format!(
                "for i in 1 2 3 4; do {bearer} http://turn.example/work || exit 1; done"
            ))
            .ok()
            .map(drop)
    }

    fn is_well(&self) -> Check {
        self.vps.run("turn-health-check --critical").ok()?;
        within(Duration::from_secs(30), || self.accepts("/tmp/first"))
    }

    /// Replaces a secret under load.
    fn replaces(&self, name: &str) -> Check {
        let old = self.remember(name)?;
        self.outside.start_in_background(LOAD);
        let said = self
            .vps
            .run(&format!("sleep 1; turn-rotate-secret {name} --yes 2>&1 && sleep 1"));
        let (asked, failed) = self.loaded()?;
        let new = self.remember(name)?;
        let said = said.ok()?;
        expect(new != old && !said.contains(&new) && !said.contains(&old), || said)?;
        expect(failed.is_empty() && asked > 20, || failed.clone())
    }

    /// Ends the load: how often it asked, and what failed.
    fn loaded(&self) -> Result<(u32, String), String> {
        let counted = self
            .outside
            .run("touch /tmp/stop; sleep 1; wc -l </tmp/all; cat /tmp/bad")
            .ok()?;
        let (asked, failed) = counted.split_once('\n').unwrap_or_default();
        println!(
            "                   {} requests meanwhile, {} failed",
            asked.trim(),
            failed.lines().count()
        );
        Ok((asked.trim().parse().unwrap_or(0), failed.to_owned()))
    }

    /// Starts to replace a secret, and kills everything of it as soon as a condition holds.
    fn kills(&self, name: &str, until: &str) -> Check {
        self.vps
            .run(&format!(
                "set -m; turn-rotate-secret {name} --yes >/root/killed 2>&1 & \
                 for i in $(seq 500); do ({until}) >/dev/null 2>&1 && break; sleep 0.02; done; \
                 kill -KILL -- -$!; wait; [ -e /var/lib/sitewright/turn/rotation/{name}/step ] || {{ cat /root/killed; exit 1; }}"
            ))
            .ok()
            .map(drop)
    }

    /// The values that are, and those that were.
    fn shows_nothing(&self) -> Check {
        self.vps.run("touch /tmp/unwatch; sleep 1").ok()?;
        for name in ["cache_app", "db_turn_app", "jwt", "payments"] {
            self.remember(name)?;
        }
        let seen = self.vps.run(
            "cd /root; journalctl --no-pager >journal; sort -u values | grep . >all; \
             (cd /etc/turn/secrets; for name in *; do cat $name; echo; done) | sort -u >now; comm -23 all now >gone; \
             [ $(wc -l <gone) -ge 5 ] || wc -l gone; \
             grep -raoF -f all processes journal /var/log | sort -u; \
             grep -rlF -f gone /etc /var/lib/sitewright /run 2>/dev/null; \
             ls -A /var/lib/sitewright/turn/rotation",
        );
        expect(seen.stdout.is_empty(), || seen.stdout)
    }
}
