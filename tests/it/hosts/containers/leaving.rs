//! The last container of a host leaves, and comes back.

use super::super::checks::{Checks, expect};
use super::Scene;

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("a bundle without containers ends them, and keeps their volumes", || {
        scene
            .host
            .run("docker run --rm -v acme_api-uploads:/v redis:7 sh -c 'echo kept >/v/file && chmod 644 /v/file'")
            .ok()?;
        let said = scene.install("fewer --apply --yes")?;
        expect(said.contains("kept       volume acme_api-uploads"), || said)?;
        scene.page()?;
        // The engine ends with them; its own word is needed here.
        let left = scene
            .host
            .run("systemctl start docker && docker ps --all --format '{{.Names}}'; systemctl -q stop docker.socket docker")
            .ok()?;
        expect(left.is_empty(), || format!("still there: {left}"))?;
        let still = scene.host.run("pgrep -a node; ss -Hltn 'sport = :3000'").stdout;
        expect(still.is_empty(), || still)?;
        scene.install("fewer --check").map(drop)
    });
    checks.that("they come back with their data", || {
        scene.install("site --apply --yes")?;
        scene.serves("3")?;
        let kept = scene
            .host
            .run("docker compose -f /etc/acme/compose/compose.yaml exec -T api-1 cat /srv/uploads/file")
            .ok()?;
        expect(kept.trim() == "kept", || kept)
    });
}
