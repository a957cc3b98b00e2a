//! Images by their tag: good ones, broken ones, back again, and beside what a bundle says.

use super::super::checks::{Check, Checks, expect};
use super::Scene;
use super::load::under_load;

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("an image follows another, and no request fails", || {
        let said = under_load(scene, "acme-deploy api 2", 0)?;
        let wanted = [
            "save       db/acme to local",
            "migrate",
            "try        api-1",
            "deployed   acme/api:2@sha256:",
        ];
        for text in wanted {
            expect(said.contains(text), || said.clone())?;
        }
        scene.serves("2")
    });
    checks.that("that is no drift, and an apply leaves it as it is", || {
        scene.install("site --check")?;
        let said = scene.install("site --apply --yes")?;
        expect(said.contains("unchanged"), || said)?;
        scene.serves("2")
    });
    for (tag, why) in [
        ("crash", "this release has a mistake"),
        ("ill", "failed     api-1 is running"),
    ] {
        checks.that(&format!("`{tag}` is not taken, and no request fails"), || {
            let said = under_load(scene, &format!("acme-deploy api {tag}"), 1)?;
            expect(said.contains(why) && !said.contains("replace"), || said)?;
            scene.serves("2")
        });
    }
    checks.that(
        "what fails in its second instance is taken back, and no request fails",
        || {
            let said = under_load(scene, "acme-deploy api acme/api:half", 1)?;
            expect(
                said.contains("replace    api-2") && said.contains("back       to acme/api:2"),
                || said,
            )?;
            scene.serves("2")
        },
    );
    checks.that(
        "an image of another repository, and a tag that is none, are refused",
        || {
            refused(scene, "acme-deploy api evil/api:1", 2)?;
            refused(scene, "acme-deploy api ';reboot'", 2)?;
            refused(scene, "acme-deploy api none", 1)?;
            scene.serves("2")
        },
    );
    checks.that("going back and forth fails no request", || {
        under_load(scene, "acme-deploy api 3", 0)?;
        scene.serves("3")?;
        under_load(scene, "acme-deploy api --rollback", 0)?;
        scene.serves("2")?;
        scene.host.run("acme-deploy api --rollback 3").ok()?;
        let said = scene.host.run("acme-deploy api --list").ok()?;
        let marks: Vec<_> = said.lines().filter_map(|line| line.split_once('@')).collect();
        expect(
            marks.len() == 2 && marks[0].0 == "current    acme/api:3" && marks[1].0 == "previous   acme/api:2",
            || said.clone(),
        )?;
        expect(said.contains("kept       acme/api:1"), || said)
    });
    checks.that("a deployment that is killed is finished by the next", || {
        scene
            .host
            .run(
                "acme-deploy api 2 >/tmp/said 2>&1 & until grep -q 'replace    api-2' /tmp/said; do sleep 0.05; done; \
                 kill -KILL $!; wait; acme-deploy api --list | grep -q unfinished",
            )
            .ok()?;
        // What the killed one has started holds the lock until it is done.
        let said = "until acme-deploy api 3; do [ $? = 75 ] || exit 1; sleep 1; done";
        scene.host.run(said).ok()?;
        scene.serves("3")?;
        let left = scene
            .host
            .run("nft list tables | grep acme; ls /var/lib/sitewright/acme/images")
            .stdout;
        expect(left.trim() == "api", || left)
    });
    checks.that("a reboot keeps it", || {
        scene.host.reboot()?;
        scene.serves("3")
    });
    checks.that(
        "a bundle with another image brings it in, in turns: no request fails",
        || {
            let said = under_load(scene, "/root/newer/install.sh --apply --yes", 0)?;
            expect(said.contains("applied"), || said)?;
            scene.serves("2")?;
            scene.install("newer --check").map(drop)
        },
    );
    checks.that(
        "the generation before comes back with what was deployed over it",
        || {
            under_load(scene, "/root/newer/install.sh --rollback --yes", 0)?;
            scene.serves("3")
        },
    );
}

fn refused(scene: &Scene<'_>, command: &str, code: i32) -> Check {
    let said = scene.host.run(&format!("{command} 2>&1"));
    expect(said.code == code, || format!("exit {}\n{}", said.code, said.stdout))
}
