//! What a stranger, another user of the host, and a reader of its logs must not get.

use super::super::checks::{Checks, expect};
use super::{ADDRESS, Scene};

/// `systemd-analyze security`, times ten: 2.0.
const EXPOSURE: u8 = 20;
const EXPOSURE_OF_PROBES: u8 = 30;

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    let host = &scene.host;
    let site = scene.plan.site();

    checks.that("only SSH, DNS, HTTP and HTTPS are open to the outside", || {
        let said = scene.outside.run(&format!(
            "for port in 22 53 80 443 2019 3000 3001 5432 6379 8080 8953 9100 9153; do \
             nc -z -w 1 {ADDRESS} $port && echo -n \"$port \"; done"
        ));
        expect(said.stdout == "22 53 80 443 ", || format!("open: {}", said.stdout))
    });
    checks.that("secrets are private files of root, each with a value", || {
        let odd = host.run(&format!(
            "cd /etc/{site}/secrets && [ \"$(stat -c '%a %U:%G' .)\" = '700 root:root' ] || stat -c '%a %U:%G %n' .; \
             find . -type f \\( -not -perm 0600 -o -not -user root -o -size 0 \\) -printf '%m %u %s %p\\n'"
        ));
        expect(odd.stdout.is_empty() && odd.code == 0, || {
            format!("{}{}", odd.stdout, odd.stderr)
        })?;
        let there = host.run(&format!("ls /etc/{site}/secrets")).ok()?;
        let missing: Vec<_> = scene
            .plan
            .of("secret")
            .filter(|secret| !there.lines().any(|name| name == secret[0]))
            .map(|secret| secret[0].as_str())
            .collect();
        expect(missing.is_empty(), || format!("no file for {}", missing.join(", ")))
    });
    checks.that("no secret is in a log, a process list or a file that others can read", || {
        // Values become patterns in a file, so that the search itself shows none.
        let found = host.run(&format!(
            "umask 077; cat /etc/{site}/secrets/* | awk 'length > 7' >/root/patterns\n\
             journalctl --no-pager -o cat | grep -cF -f /root/patterns | sed 's/^0$//; s/$/ lines of the journal/; /^ /d'\n\
             grep -rlF -f /root/patterns /var/log\n\
             cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\n' | grep -F -f /root/patterns | sed 's/.*/a command line in ps/'\n\
             find /etc /opt /usr/local /var/lib/{site} /var/lib/sitewright /run -xdev -type f -perm /o=r -not -path '/run/systemd/*' \
               -exec grep -lF -f /root/patterns {{}} +\n\
             docker ps -aq | xargs -r docker inspect | grep -oF -f /root/patterns | sed 's/.*/docker inspect/' | sort -u\n\
             rm -f /root/patterns"
        ));
        expect(found.stdout.is_empty(), || format!("found in:\n{}", found.stdout))
    });
    checks.that("own units are sandboxed: exposure 2.0 at most, 3.0 of what becomes other users", || {
        let said = host.run(&format!(
            "for unit in $(systemctl list-units --all --plain --no-legend --type=service '{site}-*' | cut -d' ' -f1); do \
             most={EXPOSURE}; [[ $unit != *-health-watch.service ]] || most={EXPOSURE_OF_PROBES}; \
             systemd-analyze --no-pager --threshold=$most security \"$unit\" >/tmp/security || tail -n 1 /tmp/security; done; \
             systemctl list-units --all --plain --no-legend --type=service '{site}-*' | wc -l"
        ));
        let units: Vec<_> = said.stdout.lines().collect();
        let (count, exposed) = units.split_last().ok_or("no answer")?;
        expect(exposed.is_empty(), || exposed.join("\n"))?;
        expect(*count != "0", || format!("no unit of {site} is there"))
    });
    checks.that("what the clock asks in its sandbox is well too", || {
        let status = format!("/var/lib/{site}/health/status.json");
        let said = host.run(&format!(
            "rm -f {status}; systemctl start {site}-health-watch.service && cat {status}"
        ));
        let said = said.ok()?;
        expect(said.contains("\"probes\":[{") && !said.contains("critical"), || said)
    });
    checks.that(
        "SSH takes no root and no password, and the firewall's and fail2ban's own word is good",
        || {
            let said = host.run("sshd -T").ok()?;
            for line in ["permitrootlogin no", "passwordauthentication no"] {
                expect(said.lines().any(|have| have == line), || {
                    format!("sshd -T has no `{line}`")
                })?;
            }
            let firewall = host.run("ufw status verbose").ok()?;
            expect(
                firewall.starts_with("Status: active") && firewall.contains("deny (incoming)"),
                || firewall,
            )?;
            let jails = host.run("fail2ban-client status sshd");
            expect(jails.code == 0, || format!("{}{}", jails.stdout, jails.stderr))
        },
    );
}
