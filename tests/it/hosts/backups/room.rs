//! What is to come back does not fit: nothing of what is there is lost, and the message names the disk.

use super::*;

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    let vault = &scene.vault;
    let refused = |source: &str| {
        let said = vault.run(&format!("depot-restore {source} --from local --yes 2>&1"));
        expect(said.code == 1 && said.stdout.contains("are needed"), || {
            format!("{said:?}")
        })
    };
    checks.that(
        "files that do not fit are refused, and those that are there stay",
        || {
            vault
                .run(
                    "set -e; cd /var/lib/depot; mv files files.kept; install -d -m 0700 files
                    mount -t tmpfs -o size=70m,mode=0700 tmpfs files; cp -a files.kept/. files/; chmod --reference=files.kept files",
                )
                .ok()?;
            refused("app/files")?;
            vault
                .run("cd /var/lib/depot && diff -r --no-dereference files files.kept && [[ $(stat -c %a files) == $(stat -c %a files.kept) ]]")
                .ok()
                .map(drop)
        },
    );
    checks.that("with room, a disk of its own gets them back, by renaming", || {
        vault
            .run(
                "set -e; cd /var/lib/depot; mount -o remount,size=400m files; echo newer >files/line
                depot-restore app/files --from local --yes 2>&1; diff -r --no-dereference files files.kept; test ! -e files/.before-restore
                [[ $(stat -c %a files) == $(stat -c %a files.kept) ]]; umount files; rmdir files; mv files.kept files",
            )
            .ok()
            .map(drop)
    });
    checks.that(
        "a database that does not fit is refused before the one that is there is touched",
        || {
            let count = "runuser -u postgres -- psql -X -tA -d shop -c 'SELECT count(*) FROM orders'";
            let before = vault.run(count).ok()?;
            vault
                .run(
                    "set -e; systemctl stop postgresql@15-main; cd /var/lib; mv postgresql postgresql.kept; mkdir postgresql
                    mount -t tmpfs -o size=$(($(du -sm postgresql.kept | cut -f1) + 60))m tmpfs postgresql; cp -a postgresql.kept/. postgresql/
                    chown --reference=postgresql.kept postgresql; systemctl start postgresql@15-main",
                )
                .ok()?;
            refused("db/shop")?;
            let after = vault.run(count).ok()?;
            expect(before == after, || format!("{before} rows, and then {after}"))?;
            vault
                .run(
                    "set -e; runuser -u postgres -- psql -X -tA -d postgres -c 'SELECT datname FROM pg_database' | { ! grep before; }
                    systemctl stop postgresql@15-main; cd /var/lib; umount postgresql; rmdir postgresql; mv postgresql.kept postgresql
                    systemctl start postgresql@15-main",
                )
                .ok()
                .map(drop)
        },
    );
}
