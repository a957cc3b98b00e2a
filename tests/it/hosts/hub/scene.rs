//! The hub's host, a stranger who asks it, and what the stranger serves.

use std::path::Path;
use std::time::Duration;

use super::super::bed::Ground;
use super::super::checks::{Check, Checks, expect, within};
use super::super::host::{Host, Output};
use super::{ADDRESS, URL};

const ROOT: &str = "/tmp/root.crt";

/// As rclone's own `config` writes it: a remote that is another folder of this host.
const RCLONE: &str = "[offsite]\ntype = alias\nremote = /srv/elsewhere\n";

pub(super) struct Scene<'bed> {
    pub(super) host: Host<'bed>,
    pub(super) outside: Host<'bed>,
}

impl Scene<'_> {
    /// What an operator brings: the bundle, and secrets from elsewhere.
    pub(super) fn furnish(&self, bundle: &Path) -> Check {
        self.host.copy_in(bundle, "/root/bundle");
        self.host
            .run(&format!(
                "set -e; umask 077; install -d -m 0755 /etc/letsbe; install -d -m 0700 /etc/letsbe/secrets
                 for name in stripe_secret_key stripe_webhook_secret cloudflare_token; do
                   printf 'provided-%s' $name >/etc/letsbe/secrets/$name
                 done
                 printf '{RCLONE}' >/etc/letsbe/secrets/rclone
                 echo '{} api.cloudflare.com' >>/etc/hosts",
                Ground::Hub.outside()
            ))
            .ok()
            .map(drop)
    }

    /// Cloudflare's stand-in, a name server that has what it is told, and pebble, which asks that one.
    pub(super) fn start_provider(&self) -> Check {
        self.outside
            .run(&format!("echo '{ADDRESS} hub.letsbe.biz' >>/etc/hosts"))
            .ok()?;
        for server in [
            "pebble-challtestsrv -dns01 127.0.0.1:8053 -management 127.0.0.1:8055 -http01 '' -https01 '' -tlsalpn01 '' >/tmp/names.log 2>&1",
            "cloudflare provided-cloudflare_token letsbe.biz >/tmp/cloudflare.log 2>&1",
            "PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 \
             pebble -strict -dnsserver 127.0.0.1:8053 -config /etc/pebble/pebble.json >/tmp/pebble.log 2>&1",
        ] {
            self.outside.start_in_background(server);
        }
        within(Duration::from_secs(20), || {
            let ask = format!(
                "curl -fsS --cacert /etc/pebble/ca.crt https://{}",
                Ground::Hub.outside()
            );
            self.outside
                .run(&format!(
                    "{ask}:14000/dir >/dev/null && {ask}:15000/roots/0 >{ROOT} && nc -z 127.0.0.1 443 && nc -z 127.0.0.1 8055"
                ))
                .ok()
                .map(drop)
        })
    }

    pub(super) fn curl(&self, arguments: &str) -> Result<String, String> {
        self.outside
            .run(&format!("curl -sS --max-time 20 --cacert {ROOT} {arguments}"))
            .ok()
    }

    /// The status of each of so many requests that come together.
    pub(super) fn at_once(&self, path: &str, count: u64) -> Output {
        self.outside.run(&format!(
            "curl -sS --max-time 20 --cacert {ROOT} --parallel --parallel-immediate --parallel-max 300 \
             -o /dev/null -w '%{{http_code}}\\n' '{URL}/api/v1/{path}/[1-{count}]'"
        ))
    }

    pub(super) fn is_well(&self) -> Check {
        within(Duration::from_secs(120), || {
            let said = self
                .host
                .run("docker ps --all --format '{{.Names}} {{.Status}}'")
                .ok()?;
            let ill = said.lines().any(|line| !line.contains("(healthy)"));
            expect(!ill && !said.is_empty(), || said.clone())?;
            let health = self.host.run("letsbe-health-check --critical 2>&1");
            expect(health.code == 0, || health.stdout)
        })
    }

    pub(super) fn answers(&self, checks: &mut Checks) {
        checks.that("the hub answers over HTTPS, with its database", || {
            within(Duration::from_secs(30), || {
                self.curl(&format!("-f {URL}/"))?;
                self.curl(&format!("-f {URL}/load/sql")).map(drop)
            })
        });
        checks.that("events come as they are sent, and a WebSocket passes", || {
            let events = self.outside.run(&format!(
                "curl -sSN --max-time 2 --cacert {ROOT} {URL}/api/v1/admin/orders/7/events"
            ));
            let ticks = events.stdout.matches("data: tick").count();
            expect(ticks >= 4, || format!("{ticks} events in 2 s"))?;
            let echo = format!("websocket-echo wss://hub.letsbe.biz/api/v1/customer/ws {ROOT} 'is anybody there'");
            let said = self.outside.run(&echo).ok()?;
            expect(said.trim() == "is anybody there", || said)
        });
    }

    pub(super) fn sql(&self, statement: &str) -> Result<String, String> {
        let psql = "docker exec letsbe-hub-db-1 psql -X -t -A -U postgres -d letsbe_hub -c";
        self.host.run(&format!("{psql} '{statement}'")).ok()
    }

    /// What the hub has written.
    pub(super) fn rows(&self) -> Result<String, String> {
        self.sql("SELECT * FROM kept ORDER BY id")
    }

    /// Drops what the hub wrote, and has it again as it was saved; it writes on from there.
    pub(super) fn comes_back_from(&self, place: &str, saved: &str) -> Check {
        self.sql("DROP TABLE kept")?;
        self.host
            .run(&format!("letsbe-restore hub-db/letsbe_hub --from {place} --yes 2>&1"))
            .ok()?;
        let rows = self.rows()?;
        expect(rows == saved && !rows.is_empty(), || {
            format!("saved:\n{saved}\nfrom {place}:\n{rows}")
        })?;
        within(Duration::from_secs(30), || {
            self.curl(&format!("-f {URL}/load/sql")).map(drop)
        })
    }
}
