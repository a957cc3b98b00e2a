//! The bed itself: without these a failure of a bundle could be the bed's.

use super::bed::{Bed, Ground};
use super::checks::{Checks, expect};

const ADDRESS: &str = "10.89.77.20";

const COMPOSE: &str = r#"
services:
  cache:
    image: redis:7
    command: [redis-server, --requirepass, hello, --appendonly, "yes"]
    user: "999:999"
    read_only: true
    cap_drop: [ALL]
    mem_limit: 100m
    ports: ["127.0.0.1:6379:6379"]
    volumes: [data:/data]
    restart: unless-stopped
    healthcheck:
      test: [CMD-SHELL, REDISCLI_AUTH=hello redis-cli ping | grep -q PONG]
      start_period: 20s
      start_interval: 1s
volumes: {data: {}}
"#;

#[test]
fn a_bare_host_has_what_a_real_one_has() {
    let Some(bed) = Bed::get(Ground::Bare) else { return };
    let host = bed.host("bare", ADDRESS);
    let outside = bed.outside();
    let mut checks = Checks::default();

    checks.that("nothing of a site is there", || {
        let found = host.run("command -v nginx docker psql node curl coredns");
        expect(found.stdout.is_empty(), || found.stdout)
    });
    checks.that("apt installs from the bed's repository alone", || {
        host.run(
            "export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -qy install --no-install-recommends \
             nginx ufw fail2ban python3-systemd docker-ce docker-ce-cli containerd.io docker-compose-plugin",
        )
        .ok()
        .map(drop)
    });
    checks.that("fail2ban watches the journal, there being no log files", || {
        host.run(
            "printf '[sshd]\\nbackend = systemd\\n' >/etc/fail2ban/jail.d/bed.local && systemctl restart fail2ban && \
             for i in 1 2 3 4 5; do fail2ban-client status sshd && break; sleep 1; done",
        )
        .ok()
        .map(drop)
    });
    checks.that("memory limits of units hold", || {
        let run =
            host.run("systemd-run --quiet --wait -p MemoryMax=20M -p MemorySwapMax=0 sh -c 'exec tail /dev/zero'");
        expect(run.code != 0, || "a unit took more than its MemoryMax".to_owned())
    });
    checks.that("an engine inside runs a compose file", || {
        host.run(&format!(
            "mkdir -p /srv/bed && cat >/srv/bed/compose.yaml <<'EOF'\n{COMPOSE}\nEOF\n\
             docker compose --project-directory /srv/bed up --quiet-pull --detach --wait"
        ))
        .ok()
        .map(drop)
    });
    checks.that("a firewall inside keeps strangers out of what it does not open", || {
        host.run("ufw default deny incoming && ufw allow 22/tcp && ufw --force enable")
            .ok()?;
        let try_port = |port: u16| outside.run(&format!("nc -z -w 2 {ADDRESS} {port}")).code == 0;
        expect(try_port(22), || {
            "port 22 is open in ufw, and closed to the outside".to_owned()
        })?;
        expect(!try_port(80), || {
            "port 80 is closed in ufw, and open to the outside".to_owned()
        })
    });
    checks.that("CoreDNS runs", || {
        host.copy_in(bed.fact("coredns").as_ref(), "/usr/local/bin/coredns");
        let version = host.run("coredns -version").ok()?;
        expect(version.starts_with("CoreDNS-1."), || version)
    });
    checks.that(
        "a reboot brings services and containers back, and keeps the data",
        || {
            let redis = "docker exec bed-cache-1 env REDISCLI_AUTH=hello redis-cli";
            host.run(&format!("systemctl enable --now ufw nginx; {redis} set kept yes"))
                .ok()?;
            host.reboot()?;
            let kept = host
                .run(&format!("systemctl is-active nginx docker ufw && {redis} get kept"))
                .ok()?;
            expect(kept.ends_with("yes\n"), || kept)
        },
    );
    checks.all_hold();
}
