//! The host is lost: another one gets what the backup holds, by the steps of its README.
//!
//! The repository of the destination `local` stands for one elsewhere: it is carried over as it is.

use std::path::Path;

use super::super::bed::Bed;
use super::super::checks::{Checks, expect};
use super::{ADDRESS, Scene, deploy};

/// What must be the same afterwards: every row and role with its password, and every secret.
const PICTURE: &str = "runuser -u postgres -- pg_dump --restrict-key=x acme 2>/dev/null || runuser -u postgres -- pg_dump acme; \
    runuser -u postgres -- psql -X -tA -c \"SELECT rolname, rolconnlimit FROM pg_roles WHERE rolname ~ '^acme' ORDER BY 1\"; \
    cd /etc/acme/secrets && sha256sum *";

pub(super) fn check<'bed>(bed: &'bed Bed, scene: Scene<'bed>, bundle: &Path, checks: &mut Checks) -> Scene<'bed> {
    let scratch = tempfile::tempdir().expect("a folder for what is carried over");
    let mut picture = String::new();
    checks.that("a backup is made, and it would come back", || {
        scene
            .host
            .run(
                "runuser -u postgres -- psql -X -q -d acme -c \"INSERT INTO orders (what) SELECT 'order ' || n FROM generate_series(1, 1000) n\" && \
                 acme-backup --to local && acme-restore-test --from local",
            )
            .ok()?;
        picture = scene.host.run(PICTURE).ok()?;
        expect(picture.contains("order 1000"), || picture.clone())
    });
    scene.host.copy_out("/var/backups/acme", scratch.path());
    scene.host.copy_out("/etc/acme/secrets/backup_local", scratch.path());
    let Scene { host, outside, plan } = scene;
    drop(host);
    let scene = Scene {
        host: bed.host("vps", ADDRESS),
        outside,
        plan,
    };
    super::furnish(bed, &scene, bundle);
    scene.host.copy_in(&scratch.path().join("acme"), "/var/backups/acme");
    scene
        .host
        .copy_in(&scratch.path().join("backup_local"), "/etc/acme/secrets/backup_local");
    scene
        .host
        .run("chown -R root:root /var/backups/acme /etc/acme/secrets; chmod 600 /etc/acme/secrets/*");
    checks.that("another bare host takes the bundle", || {
        scene.install("--apply --yes").map(drop)
    });
    checks.that("the secrets come back, then all the rest", || {
        for sources in ["secrets", "--all"] {
            scene
                .host
                .run(&format!("acme-restore {sources} --from local --yes"))
                .ok()?;
            scene.install("--apply --yes")?;
        }
        Ok(())
    });
    deploy::first(&scene, checks);
    checks.that("rows, roles and secrets are what they were", || {
        let now = scene.host.run(PICTURE).ok()?;
        let differs = picture.lines().zip(now.lines()).find(|(old, new)| old != new);
        expect(picture == now, || {
            format!("{} and {} bytes, first {differs:?}", picture.len(), now.len())
        })
    });
    scene
}
