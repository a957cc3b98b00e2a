//! The other environment, on a host of its own: its `deploy.sh` brings it there from a stranger's machine by a real sshd.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::super::bed::{Bed, site_of};
use super::super::checks::{Check, Checks, expect, within};
use super::super::host::Host;
use super::Scene;

const ADDRESS: &str = "10.89.77.52";

/// As a workflow calls it.
const DEPLOY: &str = "cd /root/site && CI=true SSH_KEY=$(cat /root/key) SSH_KNOWN_HOSTS=$(cat /root/known) \
    out/testbed/deploy.sh";

struct Staging<'scene, 'bed> {
    scene: &'scene Scene<'bed>,
    host: Host<'bed>,
    site: PathBuf,
}

pub(super) fn check(bed: &Bed, scene: &Scene<'_>, checks: &mut Checks) {
    let staging = Staging {
        scene,
        host: bed.host("staging", ADDRESS),
        site: site(),
    };
    checks.that("staging: a bare host takes the bundle by deploy.sh, as root", || {
        staging.furnish()?;
        let said = staging.deploy("install --user root")?;
        expect(said.contains("installed  testbed on vps"), || said.clone())
    });
    checks.that("from then on root may not log in, and the admin may", || {
        let refused = scene.outside.run(&format!("{DEPLOY} plan --user root 2>&1"));
        expect(refused.code == 2, || refused.stdout)?;
        let said = staging.deploy("plan")?;
        expect(said.contains("unchanged"), || said.clone())?;
        staging.deploy("health").map(drop)
    });
    checks.that("staging answers by its own names, with its database and cache", || {
        staging.answers()
    });
    checks.that("a change is brought, and taken back everywhere on demand", || {
        staging.bring("environments: {testbed: {services: {api: {env: {LOG_LEVEL: debug}}}}}\n")?;
        let said = staging.deploy("plan")?;
        expect(said.contains("+      LOG_LEVEL: debug"), || said.clone())?;
        staging.deploy("install")?;
        staging.has_level("debug")?;
        staging.deploy("rollback")?;
        staging.has_level("")?;
        staging.answers()
    });
    checks.that("a bundle that the host does not take leaves it as it was", || {
        staging.bring("environments: {testbed: {services: {web: {command: [/nowhere]}}}}\n")?;
        let said = scene.outside.run(&format!("{DEPLOY} install 2>&1"));
        expect(
            said.code == 1 && said.stdout.contains("back       vps is as it was"),
            || said.stdout,
        )?;
        staging.answers()
    });
}

impl Staging<'_, '_> {
    /// The key of whoever deploys, the provider's way in for root, and secrets from elsewhere.
    fn furnish(&self) -> Check {
        let outside = &self.scene.outside;
        let public = outside
            .run("ssh-keygen -q -t ed25519 -N '' -C deploy -f /root/key && cat /root/key.pub")
            .ok()?;
        let public = public.trim();
        self.write(
            "admin.yaml",
            &format!("admins: {{deploy: {{ssh_keys: [\"{public}\"]}}}}\n"),
        )?;
        self.bring("{}\n")?;
        let own = self
            .host
            .run(&format!(
                "set -e; umask 077; install -d /root/.ssh; echo '{public}' >/root/.ssh/authorized_keys
                 install -d -m 0755 /etc/neurmatic; install -d -m 0700 /etc/neurmatic/secrets
                 for name in sentry_dsn slack_webhook; do echo \"provided-$name\" >/etc/neurmatic/secrets/$name; done
                 cat /etc/ssh/ssh_host_ed25519_key.pub"
            ))
            .ok()?;
        outside
            .run(&format!(
                "echo '{ADDRESS} {own}' >/root/known && \
                 echo '{ADDRESS} staging.neurmatic.com www.staging.neurmatic.com api.staging.neurmatic.com' >>/etc/hosts"
            ))
            .ok()
            .map(drop)
    }

    fn write(&self, name: &str, text: &str) -> Check {
        std::fs::write(self.site.join("keys").join(name), text).map_err(|error| error.to_string())
    }

    /// Compiles the site with this laid over it, into the checkout of whoever deploys.
    fn bring(&self, change: &str) -> Check {
        self.write("change.yaml", change)?;
        let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
            .args(["compile", "staging.yaml", "--env", "testbed", "-o", "out"])
            .current_dir(&self.site)
            .output()
            .map_err(|error| error.to_string())?;
        expect(compiled.status.success(), || {
            String::from_utf8_lossy(&compiled.stderr).into_owned()
        })?;
        self.scene.outside.run("rm -rf /root/site").ok()?;
        self.scene.outside.copy_in(&self.site.join("out"), "/root/site/out");
        Ok(())
    }

    fn deploy(&self, arguments: &str) -> Result<String, String> {
        self.scene.outside.run(&format!("{DEPLOY} {arguments} 2>&1")).ok()
    }

    fn answers(&self) -> Check {
        within(Duration::from_secs(120), || {
            self.scene.curl("-f https://staging.neurmatic.com/")?;
            for what in ["sql", "cache"] {
                self.scene
                    .curl(&format!("-f https://api.staging.neurmatic.com/load/{what}"))?;
            }
            Ok(())
        })
    }

    fn has_level(&self, level: &str) -> Check {
        let said = self.host.run("docker exec neurmatic-api-1-1 printenv LOG_LEVEL").stdout;
        expect(said.trim() == level, || format!("LOG_LEVEL is `{said}`"))
    }
}

/// The site in a folder of its own, which takes the keys.
fn site() -> PathBuf {
    site_of(
        "hosts-neurmatic-staging",
        &[
            ("neurmatic/staging.yaml", "staging.yaml"),
            ("../sites/neurmatic/site.yaml", "site.yaml"),
        ],
    )
}
