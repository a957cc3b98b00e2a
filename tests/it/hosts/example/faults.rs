//! What goes wrong on hosts: after each fault the site answers, and all is as it was.
//!
//! The clock is not changed, for it is the whole machine's; a bundle from the future stands for one that is behind.

use std::time::Duration;

use super::super::checks::{Check, Checks, expect, within};
use super::Scene;
use super::names::ROOT;

struct Fault {
    name: &'static str,
    /// Brings it about. `/root/fault` is a copy of the bundle; `alter FILE SED` changes a file of it, digest and all.
    before: &'static str,
    /// What is asked of which bundle.
    run: &'static str,
    code: i32,
    says: &'static [&'static str],
    /// Ends it.
    after: &'static str,
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "a bundle with one flipped byte is refused",
        before: "printf X | dd of=/root/fault/rootfs/etc/nginx/nginx.conf bs=1 seek=100 conv=notrunc status=none",
        run: "/root/fault/install.sh --apply --yes",
        code: 2,
        says: &["nginx.conf is not what was compiled", "nothing was touched"],
        after: "",
    },
    Fault {
        name: "nginx refuses what an escape hatch says: it never goes live",
        before: "alter /etc/nginx/nginx.conf 's/^http {/http {\\n  nonsense on;/'",
        run: "/root/fault/install.sh --apply --yes",
        code: 1,
        says: &["unknown directive", "did not go live"],
        after: "",
    },
    Fault {
        name: "a unit that never becomes healthy is taken back",
        before: "alter /etc/systemd/system/acme-api@.service 's|^ExecStart=.*|ExecStart=/bin/false|'",
        run: "/root/fault/install.sh --apply --yes",
        code: 1,
        says: &["going back", "as it was before"],
        after: "",
    },
    Fault {
        name: "the disk is full while the new generation is written",
        before: "alter /etc/nginx/nginx.conf '1s/^/# changed\\n/'; cp -a /var/lib/sitewright /root/state; \
                 mount -t tmpfs -o size=$(($(du -sk /root/state | cut -f1) + 200))k,mode=0700 tmpfs /var/lib/sitewright && cp -a /root/state/. /var/lib/sitewright; \
                 dd if=/dev/zero of=/var/lib/sitewright/fill bs=1k status=none 2>/dev/null || true",
        run: "/root/fault/install.sh --apply --yes",
        code: 1,
        says: &["No space left on device"],
        after: "umount /var/lib/sitewright; rm -rf /root/state",
    },
    Fault {
        name: "a missing secret is told with its hint before anything is touched",
        before: "mv /etc/acme/secrets/slack_webhook /root/kept",
        run: "/root/fault/install.sh --apply --yes",
        code: 2,
        says: &["slack_webhook is missing (Slack app settings, Incoming Webhooks)"],
        after: "mv /root/kept /etc/acme/secrets/slack_webhook",
    },
    Fault {
        name: "a file changed by hand is not overwritten",
        before: "cp -a /etc/nginx/nginx.conf /root/kept; echo '# by hand' >>/etc/nginx/nginx.conf; alter /etc/nginx/nginx.conf '1s/^/# changed\\n/'",
        run: "/root/fault/install.sh --apply --yes",
        code: 1,
        says: &["+# by hand", "--force"],
        after: "mv /root/kept /etc/nginx/nginx.conf",
    },
    Fault {
        name: "a stranger's file where one of ours goes is kept, and comes back",
        before: "echo theirs >/etc/acme/theirs.conf; add /etc/acme/theirs.conf ours",
        run: "/root/fault/install.sh --apply --yes && grep -q ours /etc/acme/theirs.conf && /root/bundle/install.sh --apply --yes",
        code: 0,
        says: &["kept       /etc/acme/theirs.conf"],
        after: "grep -q theirs /etc/acme/theirs.conf && rm /etc/acme/theirs.conf",
    },
    Fault {
        name: "of two applies at once the second is refused",
        before: "alter /etc/nginx/nginx.conf '1s/^/# changed\\n/'; flock /var/lib/sitewright/acme/lock sleep 5 & sleep 1",
        run: "/root/fault/install.sh --apply --yes",
        code: 2,
        says: &["at work on this host"],
        after: "wait",
    },
    Fault {
        name: "a clock that is behind is noticed",
        before: "touch -d '+3 days' /root/fault/plan.tsv",
        run: "/root/fault/install.sh --apply --yes",
        code: 2,
        says: &["the clock is wrong"],
        after: "",
    },
    Fault {
        name: "packages that cannot be fetched leave all as it was",
        before: "sed -i '/^package\\tcurl/i package\\thello' /root/fault/plan.tsv; mkdir /root/lists; mv /etc/apt/sources.list* /root/lists; \
                 echo 'deb [trusted=yes] http://127.0.0.1:9/ nowhere main' >/etc/apt/sources.list",
        run: "/root/fault/install.sh --apply --yes",
        code: 1,
        says: &["apt-get"],
        after: "rm /etc/apt/sources.list; mv /root/lists/* /etc/apt/; rmdir /root/lists",
    },
    Fault {
        name: "another web server on our port is named",
        before: "systemctl -q stop nginx; systemd-run -q --unit stranger --collect perl -MIO::Socket::INET -e \
                 'IO::Socket::INET->new(Listen => 1, LocalAddr => \"0.0.0.0:443\", ReuseAddr => 1) && sleep 600'; sleep 1",
        run: "/root/fault/install.sh --apply --yes",
        code: 2,
        says: &["port 443/tcp is held by perl (stranger)"],
        after: "systemctl -q stop stranger; systemctl start nginx",
    },
];

const TOOLS: &str = r#"
set -e
rm -rf /root/fault && cp -a /root/bundle /root/fault
alter() {
  sed -i "$2" "/root/fault/rootfs$1"
  sum=$(sha256sum <"/root/fault/rootfs$1")
  awk -F '\t' -v OFS='\t' -v path="$1" -v sum="${sum%% *}" '$1 == "file" && $2 == path { $5 = sum } { print }' /root/fault/plan.tsv >/root/plan
  mv /root/plan /root/fault/plan.tsv
}
add() {
  printf '%s\n' "$2" >"/root/fault/rootfs$1"
  sum=$(sha256sum <"/root/fault/rootfs$1")
  printf 'file\t%s\troot:root\t0644\t%s\tconfig\t-\tfiles\t-\n' "$1" "${sum%% *}" >>/root/fault/plan.tsv
}
"#;

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    for fault in FAULTS {
        checks.that(fault.name, || {
            let outcome = happens(scene, fault);
            scene.host.run(fault.after);
            outcome?;
            all_is_well(scene)
        });
    }
    checks.that("sshd moves to another port, and the firewall with it", || {
        moves_ssh(scene)
    });
    // All twenty by hand; a few every time.
    let kills =
        std::env::var_os("SITEWRIGHT_KILLS").map_or(4, |count| count.to_string_lossy().parse().expect("a number"));
    checks.that("an apply that is killed is finished or undone by the next", || {
        (0..kills).try_for_each(|kill| killed(scene, kill, kills))
    });
}

fn happens(scene: &Scene<'_>, fault: &Fault) -> Check {
    let said = scene
        .host
        .run(&format!("{TOOLS}\n{}\nset +e\n({}) 2>&1", fault.before, fault.run));
    let text = said.stdout + &said.stderr;
    expect(said.code == fault.code, || {
        format!("exit {}, not {}\n{text}", said.code, fault.code)
    })?;
    let silent = fault.says.iter().find(|wanted| !text.contains(*wanted));
    silent.map_or(Ok(()), |wanted| Err(format!("does not say \"{wanted}\":\n{text}")))
}

/// A stranger gets the page and an answer of the API, and nothing differs from what was applied.
fn all_is_well(scene: &Scene<'_>) -> Check {
    within(Duration::from_secs(20), || {
        for path in ["/", "/api/echo"] {
            let url = format!("https://acme.example{path}");
            let said = scene
                .outside
                .run(&format!("curl -sS --max-time 10 -f -o /dev/null --cacert {ROOT} {url}"));
            said.ok().map_err(|why| format!("{url}: {why}"))?;
        }
        Ok(())
    })?;
    scene.install("--check").map(drop)
}

fn moves_ssh(scene: &Scene<'_>) -> Check {
    let knocks = |port: u16| {
        scene
            .outside
            .run(&format!("timeout 3 nc -w 2 10.89.77.10 {port} </dev/null | head -c 4"))
            .stdout
    };
    let moved = super::compile("moved.yaml", "hosts-moved");
    scene.host.copy_in(&moved, "/root/moved");
    let outcome = scene
        .host
        .run("/root/moved/install.sh --apply --yes 2>&1")
        .ok()
        .and_then(|_| expect(knocks(2222) == "SSH-", || "sshd does not answer at port 2222".into()))
        .and_then(|()| expect(knocks(22).is_empty(), || "port 22 is still open".into()));
    scene.install("--apply --yes")?;
    outcome?;
    expect(knocks(22) == "SSH-", || "sshd does not answer at port 22 again".into())?;
    all_is_well(scene)
}

/// Kills an apply of another bundle after a part of the time that it takes; then it is finished, or the old one comes back.
fn killed(scene: &Scene<'_>, kill: u32, kills: u32) -> Check {
    let change = "alter /etc/nginx/nginx.conf '1s/^/# changed\\n/'; alter /etc/systemd/system/acme-api@.service '1s/^/# changed\\n/'";
    // A whole apply takes some ten seconds here.
    let after = f64::from(kill + 1) * 10.0 / f64::from(kills + 1);
    let bundle = if kill.is_multiple_of(2) {
        "/root/bundle"
    } else {
        "/root/fault"
    };
    let said = scene.host.run(&format!(
        "{TOOLS}\n{change}\nset +e\nsetsid /root/fault/install.sh --apply --yes >/root/killed 2>&1 & sleep {after:.2}\n\
         kill -KILL -- -$! 2>/dev/null; wait\n{bundle}/install.sh --apply --yes 2>&1 && {bundle}/install.sh --check && /root/bundle/install.sh --apply --yes"
    ));
    said.ok().map_err(|why| format!("killed after {after:.2} s: {why}"))?;
    all_is_well(scene)
}
