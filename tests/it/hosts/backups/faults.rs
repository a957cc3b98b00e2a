//! What goes wrong with backups, one after the other: each is told once, by its name, and what was saved before is usable.

use super::*;

/// Where the check of a repository stands still until it is due again.
const DUE: &str = "touch -d '8 days ago' /var/lib/depot/backup/known/local.checked";

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    half_failed(scene, checks);
    corrupted(scene, checks);
    full(scene, checks);
    killed(scene, checks);
}

/// A run that failed, and its messages: one on each channel, which name the parts.
fn fails(scene: &Scene<'_>, parts: &[&str]) -> Check {
    scene.told()?;
    let run = scene.nightly();
    expect(run.code == 1, || format!("{run:?}"))?;
    let told = scene.told()?;
    let texts = [
        came(&told, "web", &format!("/{HOOK_TOKEN}")),
        came(&told, "web", "/hook"),
        came(&told, "mail", ""),
    ];
    for texts in texts {
        expect(texts.len() == 1, || {
            format!("{} messages on a channel: {told:?}", texts.len())
        })?;
        let text = texts[0].to_string();
        expect(text.contains("Backup of depot on testbed.vault failed"), || {
            text.clone()
        })?;
        for part in parts {
            expect(text.contains(part), || format!("no word of {part}: {text}"))?;
        }
    }
    expect(came(&told, "web", &format!("/{BEAT_TOKEN}/vault")).is_empty(), || {
        "a failed run gave a sign of life".to_owned()
    })?;
    let ill = scene.ill()?;
    expect(ill.iter().any(|(name, _)| name == "backup"), || {
        format!("the health check is green: {ill:?}")
    })
}

/// The next run is whole again, and says so once.
fn recovers(scene: &Scene<'_>) -> Check {
    scene.told()?;
    let run = scene.nightly();
    expect(run.code == 0, || format!("{run:?}"))?;
    let told = scene.told()?;
    let hook = came(&told, "web", "/hook");
    expect(hook.len() == 1 && hook[0].to_string().contains("works again"), || {
        format!("{told:?}")
    })?;
    expect(came(&told, "mail", "").len() == 1, || format!("{told:?}"))?;
    expect(scene.status()?["status"] == "success", || {
        format!("{:?}", scene.status())
    })?;
    let ill = scene.ill()?;
    expect(!ill.iter().any(|(name, _)| name == "backup"), || format!("{ill:?}"))
}

fn half_failed(scene: &Scene<'_>, checks: &mut Checks) {
    let allow = |yes: bool| {
        let sql = format!("ALTER DATABASE books ALLOW_CONNECTIONS {yes}");
        scene
            .vault
            .run(&format!("runuser -u postgres -- psql -X -q -d postgres -c '{sql}'"))
            .ok()
            .map(drop)
    };
    checks.that(
        "a database that cannot be dumped makes a failed run, which names it",
        || {
            allow(false)?;
            fails(
                scene,
                &["db/books", "local", "offsite", "not currently accepting connections"],
            )
        },
    );
    checks.that(
        "its status file has the form that readers of the seed know, with the part that failed",
        || {
            let status = scene.status()?;
            seed_form(&status)?;
            let databases = &status["databases"];
            expect(databases["db/books"]["status"] == "failed", || status.to_string())?;
            expect(
                word(&databases["db/books"]["error"]).contains("not currently accepting"),
                || status.to_string(),
            )?;
            expect(databases["db/shop"]["status"] == "success", || status.to_string())?;
            expect(status["remote_sync"]["status"] == "failed", || status.to_string())
        },
    );
    checks.that("all else was saved, and no half of a dump passes for one", || {
        let newest = "for d in local offsite; do set -a; . /etc/depot/backup/$d.env; for s in db/shop db/books app/files; do \
            restic snapshots --json --tag depot,source:$s | jq -r --arg s $d/$s '\"\\($s) \\(now - (map(.time[0:19] + \"Z\" | fromdate) | max) < 100)\"'; done; done";
        let said = scene.vault.run(newest).ok()?;
        let expected = "local/db/shop true\nlocal/db/books false\nlocal/app/files true\n\
            offsite/db/shop true\noffsite/db/books false\noffsite/app/files true\n";
        expect(said == expected, || said)
    });
    checks.that("the same failure the night after is not told again", || {
        expect(scene.nightly().code == 1, || "it was well".to_owned())?;
        let told = scene.told()?;
        expect(told.is_empty(), || format!("{told:?}"))
    });
    checks.that("that it works again is told once, and the night after nothing", || {
        allow(true)?;
        recovers(scene)?;
        seed_form(&scene.status()?)?;
        scene.nightly().ok()?;
        let told = scene.told()?;
        expect(told.iter().all(|message| message["method"] == "GET"), || {
            format!("{told:?}")
        })
    });
}

/// The fields of LetsBe's `backup-status.json`, with its types; more may stand beside them.
fn seed_form(status: &Value) -> Check {
    let wrong = |what: &str| format!("{what}: {status}");
    let time = word(&status["last_run"]);
    let is_time = time.len() == 20 && time.ends_with('Z') && &time[10..11] == "T";
    expect(is_time, || wrong("last_run"))?;
    expect(status["duration_seconds"].is_u64(), || wrong("duration_seconds"))?;
    let databases = status["databases"].as_object().filter(|all| !all.is_empty());
    let outcome = |of: &Value, size: &str| match of["status"].as_str() {
        Some("success") => of[size].is_u64(),
        Some("failed") => of["error"].as_str().is_some_and(|error| !error.is_empty()),
        _ => false,
    };
    let all = databases.is_some_and(|all| all.values().all(|one| outcome(one, "size_mb")));
    expect(all, || wrong("databases"))?;
    expect(outcome(&status["remote_sync"], "uploaded_mb"), || wrong("remote_sync"))
}

fn corrupted(scene: &Scene<'_>, checks: &mut Checks) {
    // restic writes packs that nobody may write, and root may.
    let largest =
        "pack=$(find /var/backups/depot/data -type f -printf '%s %p\\n' | sort -n | tail -n 1 | cut -d' ' -f2)";
    checks.that(
        "bytes flipped in a repository are found by the check that is due",
        || {
            scene
                .vault
                .run(&format!(
                    "set -e; {largest}; cp -a $pack /root/pack; echo $pack >/root/where
                printf 'flipped' | dd of=$pack bs=1 seek=1000 conv=notrunc status=none; {DUE}"
                ))
                .ok()?;
            fails(scene, &["local: checking or cleaning up"])?;
            expect(scene.status()?["destinations"]["local"]["status"] == "failed", || {
                format!("{:?}", scene.status())
            })?;
            expect(
                scene.status()?["destinations"]["offsite"]["status"] == "success",
                || format!("{:?}", scene.status()),
            )
        },
    );
    checks.that(
        "nothing is removed from it meanwhile, and once it is mended all is well",
        || {
            scene.vault.run("cp -a /root/pack $(cat /root/where)").ok()?;
            recovers(scene)
        },
    );
    checks.that("a pack that is gone is found as well", || {
        scene
            .vault
            .run(&format!(
                "{largest}; mv $pack /root/pack; echo $pack >/root/where; {DUE}"
            ))
            .ok()?;
        fails(scene, &["local: checking or cleaning up"])
    });
    checks.that(
        "by the steps of the README it is whole again, though the pack is lost",
        || {
            let readme = scene.vault.run("cat /root/bundle/README.md").ok()?;
            let steps = readme
                .split_once("### A repository that is damaged")
                .and_then(|(_, rest)| rest.split_once("```sh\n"))
                .and_then(|(_, rest)| rest.split_once("```"))
                .ok_or("the README has no steps for a damaged repository")?
                .0
                .replace("DESTINATION", "local");
            scene.vault.run(&format!("set -e\n{steps}")).ok()?;
            recovers(scene)?;
            scene.vault.run("depot-restore-test --from local").ok().map(drop)
        },
    );
}

fn full(scene: &Scene<'_>, checks: &mut Checks) {
    let vault = &scene.vault;
    let free = || -> Result<u64, String> {
        let text = vault
            .run("df --output=avail -B 1024 /var/backups/depot | tail -n 1")
            .ok()?;
        text.trim().parse().map_err(|error| format!("{error}: {text}"))
    };
    let mut before = 0;
    checks.that(
        "a repository's disk that fills makes a failed run, which names the part",
        || {
            vault
                .run(
                    "set -e; cd /var/backups; used=$(du -sm depot | cut -f1); mv depot depot.kept; mkdir -m 0700 depot
                mount -t tmpfs -o size=$((used + 24))m,mode=0700 tmpfs depot; cp -a depot.kept/. depot/
                head -c 60000000 /dev/urandom >/var/lib/depot/files/large",
                )
                .ok()?;
            before = free()?;
            fails(scene, &["local, app/files", "no space left on device"])?;
            let status = scene.status()?;
            expect(status["destinations"]["offsite"]["status"] == "success", || {
                status.to_string()
            })
        },
    );
    checks.that("what the run left behind is cleared away", || {
        let after = free()?;
        expect(after + 4096 > before, || {
            format!("{before} KiB were free, and {after} are")
        })
    });
    checks.that("on the full disk the old snapshots are listed, and come back", || {
        vault.run("head -c 100M /dev/zero >/var/backups/depot/ballast; [[ $(df --output=avail /var/backups/depot | tail -n 1) == *0 ]]").ok()?;
        let listed = vault.run("depot-restore --list app/files --from local").ok()?;
        expect(listed.ends_with("  app/files\n"), || listed)?;
        vault
            .run(
                "set -e; sha256sum '/var/lib/depot/files/a folder/random' >/root/sum; mv /var/lib/depot/files /root/files
                depot-restore app/files --from local --no-safety --yes; sha256sum --check --quiet /root/sum; test ! -e /var/lib/depot/files/large",
            )
            .ok()
            .map(drop)
    });
    checks.that("with room again all is well", || {
        vault.run("set -e; rm /var/backups/depot/ballast; umount /var/backups/depot; rmdir /var/backups/depot; mv /var/backups/depot.kept /var/backups/depot").ok()?;
        recovers(scene)
    });
    checks.that("a disk that is not mounted does not pass for a new repository", || {
        vault
            .run("mv /var/backups/depot /var/backups/away && mkdir -m 0700 /var/backups/depot")
            .ok()?;
        fails(scene, &["local", "the repository of local is gone"])?;
        vault
            .run("rmdir /var/backups/depot && mv /var/backups/away /var/backups/depot")
            .ok()?;
        recovers(scene)
    });
}

fn killed(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("a run that is ended on the way is a failed one", || {
        scene.told()?;
        let run = scene.vault.run(
            "depot-backup & run=$!; until grep -qs -x restic /proc/[0-9]*/comm; do sleep 0.1; done; kill -TERM $run; wait $run",
        );
        expect(run.code == 130, || format!("{run:?}"))?;
        let status = scene.status()?;
        seed_form(&status).or_else(|why| expect(status["databases"] == serde_json::json!({}), || why))?;
        expect(
            status["status"] == "failed" && word(&status["error"]).contains("broke off"),
            || status.to_string(),
        )?;
        let told = scene.told()?;
        expect(came(&told, "web", "/hook").len() == 1, || format!("{told:?}"))?;
        let ill = scene.ill()?;
        expect(ill.iter().any(|(name, _)| name == "backup"), || format!("{ill:?}"))?;
        recovers(scene)
    });
}
