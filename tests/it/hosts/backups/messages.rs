//! Whether a host is well is asked by a timer, and told once when it changes; jobs too. Secret addresses stay secret.

use super::*;

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    contents(scene, checks);
    health(scene, checks);
    jobs(scene, checks);
    secrets(scene, checks);
}

fn contents(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("each channel gets a message in its own form", || {
        scene.told()?;
        scene.vault.run("depot-notify --test").ok()?;
        let told = scene.told()?;
        let body = |path: &str| -> Result<Value, String> {
            let came = came(&told, "web", path);
            let message = came.first().ok_or_else(|| format!("nothing at {path}: {told:?}"))?;
            expect(
                message["method"] == "POST" && message["type"] == "application/json",
                || message.to_string(),
            )?;
            serde_json::from_str(&word(&message["body"])).map_err(|error| format!("{error}: {message}"))
        };
        let slack = body(&format!("/{HOOK_TOKEN}"))?;
        expect(
            word(&slack["text"]).starts_with("*Test message of depot on testbed.vault*\n"),
            || slack.to_string(),
        )?;
        let hook = body("/hook")?;
        for (key, value) in [
            ("site", "depot"),
            ("host", "testbed.vault"),
            ("event", "test"),
            ("status", "test"),
        ] {
            expect(hook[key] == value, || format!("{key} in {hook}"))?;
        }
        let mail = came(&told, "mail", "");
        let mail = mail.first().ok_or("no mail")?;
        let text = word(&mail["text"]);
        expect(mail["user"] == "depot" && mail["bare"] == 0, || mail.to_string())?;
        expect(
            mail["to"] == serde_json::json!(["ops@depot.example", "marie@depot.example"]),
            || mail.to_string(),
        )?;
        for header in [
            "From: depot@depot.example\r\n",
            "Subject: Test message of depot",
            "Message-ID: <",
            "Date: ",
        ] {
            expect(text.contains(header), || format!("no `{header}` in {text}"))?;
        }
        Ok(())
    });
    checks.that("what a channel does not take waits, and arrives later, once", || {
        scene.outside.run("touch /srv/listener/down").ok()?;
        let tell = "depot-notify --once trial bad backup failed 'A & <trial>' hook mail <<<'of \"quotes\" and ünïcode'";
        expect(scene.vault.run(tell).code == 1, || "it was taken".to_owned())?;
        scene.outside.run("rm /srv/listener/down").ok()?;
        scene.told()?;
        scene.vault.run(&format!("{tell} && depot-notify --flush")).ok()?;
        let told = scene.told()?;
        let hook = came(&told, "web", "/hook");
        expect(hook.len() == 1 && came(&told, "mail", "").len() == 1, || {
            format!("{told:?}")
        })?;
        let body = word(&hook[0]["body"]);
        expect(body.contains("A & <trial>") && body.contains("ünïcode"), || body)
    });
}

fn health(scene: &Scene<'_>, checks: &mut Checks) {
    let vault = &scene.vault;
    // What the timer starts, by hand: it runs once an hour here.
    let ask = || vault.run("systemctl start depot-health-watch.service").ok();
    checks.that("a timer asks whether the host is well", || {
        let shown = vault
            .run("systemctl show -p ActiveState,UnitFileState,NextElapseUSecMonotonic depot-health-watch.timer")
            .ok()?;
        let is_set = shown.contains("ActiveState=active")
            && shown.contains("UnitFileState=enabled")
            && !shown.contains("=infinity");
        expect(is_set, || shown)
    });
    checks.that("a well host gives a sign of life, and bothers nobody", || {
        ask()?;
        scene.told()?;
        ask()?;
        let told = scene.told()?;
        expect(told.len() == 1 && told[0]["path"] == "/health-vault", || {
            format!("{told:?}")
        })
    });
    checks.that("one bad answer is no outage", || {
        vault.run("systemctl stop redis-server").ok()?;
        ask()?;
        let told = scene.told()?;
        expect(told.is_empty(), || format!("{told:?}"))
    });
    checks.that(
        "the second in a row is told, with what is ill; the third is not",
        || {
            ask()?;
            let told = scene.told()?;
            let hook = came(&told, "web", "/hook");
            expect(hook.len() == 1 && told.len() == 1, || format!("{told:?}"))?;
            let body = word(&hook[0]["body"]);
            for part in [
                "\"event\":\"health\"",
                "\"status\":\"failed\"",
                "unit cache is critical",
                "redis-server.service is inactive",
            ] {
                expect(body.contains(part), || format!("no {part} in {body}"))?;
            }
            ask()?;
            let told = scene.told()?;
            expect(told.is_empty(), || format!("{told:?}"))?;
            let state = vault.run("jq -r .status /var/lib/depot/health/status.json").ok()?;
            expect(state == "critical\n", || state)
        },
    );
    checks.that("its end is told once as well", || {
        vault.run("systemctl start redis-server").ok()?;
        ask()?;
        let told = scene.told()?;
        expect(came(&told, "web", "/hook").is_empty(), || format!("{told:?}"))?;
        ask()?;
        ask()?;
        let told = scene.told()?;
        let hook = came(&told, "web", "/hook");
        expect(hook.len() == 1, || format!("{told:?}"))?;
        let body = word(&hook[0]["body"]);
        expect(
            body.contains("\"status\":\"recovered\"") && body.contains("well again: unit cache"),
            || body,
        )
    });
    checks.that("a health check that cannot ask is an outage", || {
        vault.run("mv /etc/depot/health.tsv /etc/depot/health.kept").ok()?;
        ask()?;
        ask()?;
        vault.run("mv /etc/depot/health.kept /etc/depot/health.tsv").ok()?;
        let told = scene.told()?;
        let hook = came(&told, "web", "/hook");
        expect(
            hook.len() == 1 && hook[0].to_string().contains("health check is critical"),
            || format!("{told:?}"),
        )
    });
}

fn jobs(scene: &Scene<'_>, checks: &mut Checks) {
    let vault = &scene.vault;
    let run = || scheduled(vault, "/etc/cron.d/depot", "run-job app-tidy");
    checks.that("a job that fails tells it once, and once that it works again", || {
        vault
            .run("mkdir -p /opt/depot/app/releases/1 && ln -sfn releases/1 /opt/depot/app/current && touch /var/lib/depot/files/broken")
            .ok()?;
        scene.told()?;
        expect(run().code != 0 && run().code != 0, || "the job went well".to_owned())?;
        vault.run("rm /var/lib/depot/files/broken").ok()?;
        run().ok()?;
        run().ok()?;
        let told = scene.told()?;
        let bodies: Vec<String> = came(&told, "web", "/hook").iter().map(|message| word(&message["body"])).collect();
        let [failed, again] = &bodies[..] else { return Err(format!("{told:?}")) };
        expect(failed.contains("Job app-tidy of depot on vault failed") && failed.contains("journalctl -t depot-app-tidy"), || failed.clone())?;
        expect(again.contains("works again"), || again.clone())
    });
}

fn secrets(scene: &Scene<'_>, checks: &mut Checks) {
    let vault = &scene.vault;
    checks.that("no secret is ever on a command line, nor in a log", || {
        let watch = "(while test -e /run/watching; do cat /proc/[0-9]*/cmdline 2>/dev/null; done | tr '\\0' ' ' >/run/seen) &";
        vault
            .run(&format!("touch /run/watching; {watch} watcher=$!; depot-notify --test; depot-backup --only secrets; depot-notify --heartbeat backup; rm /run/watching; wait $watcher"))
            .ok()?;
        let seen = vault.run("grep -c -a -E 'curl .*slack.curl' /run/seen; wc -c </run/seen").ok()?;
        expect(!seen.starts_with('0'), || "curl was never seen at work".to_owned())?;
        for token in [HOOK_TOKEN, BEAT_TOKEN, "T0KENofTHEmail", S3_SECRET] {
            let found = vault.run(&format!(
                "grep -a -o '.\\{{0,80\\}}{token}' /run/seen; grep -r -a -l '{token}' /var/log /var/lib/depot /run/depot* 2>/dev/null; journalctl --no-pager | grep -a '{token}'; true"
            ));
            expect(found.stdout.is_empty(), || format!("{token}: {}", found.stdout))?;
        }
        Ok(())
    });
}
