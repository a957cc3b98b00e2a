//! Three hosts that only an encrypted network joins: keys, tunnels, and what goes over them.
//!
//! The machine under the bed may have no WireGuard in its kernel. `wireguard-go`, which `wg-quick` falls back to by itself,
//! is the stand-in for it on every host.

mod promotion;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::bed::{Bed, Ground, folder, site_of};
use super::checks::{Check, Checks, expect, within};
use super::host::Host;

/// By name, as the bundle has them.
const HOSTS: [(&str, &str); 3] = [("one", "10.89.77.70"), ("three", "10.89.77.72"), ("two", "10.89.77.71")];

struct Scene<'bed> {
    hosts: Vec<Host<'bed>>,
    outside: Host<'bed>,
    site: PathBuf,
}

#[test]
fn hosts_talk_over_their_encrypted_network_alone() {
    let Some(bed) = Bed::get(Ground::Ha) else { return };
    let scene = Scene {
        hosts: HOSTS.map(|(name, address)| bed.host(name, address)).into(),
        outside: bed.outside(),
        site: site(),
    };
    let mut checks = Checks::default();
    scene.each(|_, host| {
        let install = "export DEBIAN_FRONTEND=noninteractive; apt-get -q update && apt-get -qy install --no-install-recommends wireguard-go";
        host.run(install).ok().map(drop)
    })
    .unwrap_or_else(|why| panic!("no stand-in for the kernel's WireGuard: {why}"));

    checks.that("each host makes its keys, and tells only the public half", || {
        scene.bring(&[])?;
        scene.each(|name, host| scene.collect(name, host))
    });
    checks.that("hosts that know each other's keys take the bundle", || {
        scene.bring(&[])?;
        scene.share_secrets()?;
        // The standby copies its primary while it is installed.
        scene
            .host("two")
            .run("/root/bundle/install.sh --apply --yes 2>&1")
            .ok()?;
        scene.each(|_, host| host.run("/root/bundle/install.sh --apply --yes 2>&1").ok().map(drop))
    });
    checks.that("every host reaches each other one inside the tunnel", || {
        scene.each(|name, host| {
            let others = ["10.8.0.1", "10.8.0.2", "10.8.0.3"];
            let shown = host.run("wg show private").ok()?;
            let peers = shown.matches("peer:").count();
            expect(peers == 2, || format!("{name} has {peers} peers\n{shown}"))?;
            // A handshake that is lost, or comes before the other side knows the key, is tried again after five seconds.
            others
                .iter()
                .try_for_each(|address| {
                    within(Duration::from_secs(40), || {
                        let said = host.run(&format!("timeout 10 bash -c '</dev/tcp/{address}/22' 2>&1"));
                        said.ok().map(drop).map_err(|why| format!("{address}: {why}"))
                    })
                })
                .map_err(|why| format!("{why}\n{}", host.run("wg show private").stdout))
        })
    });
    checks.that(
        "the application answers from the database and the cache of other hosts",
        || {
            scene
                .host("one")
                .run("cd /root/releases && ./pack && trio-deploy api api.tar.gz --name first 2>&1")
                .ok()?;
            scene.answers()
        },
    );
    checks.that("between hosts nothing goes outside of the tunnel", || {
        scene.only_encrypted()
    });
    checks.that("a stranger reaches neither, at no address", || {
        for port in ["10.89.77.71 5432", "10.89.77.72 6379"] {
            let said = scene.outside.run(&format!("nc -z -w 2 {port}"));
            expect(said.code != 0, || format!("{port} is open"))?;
        }
        Ok(())
    });
    checks.that("a new member is let in under load, and no request fails", || {
        scene.lets_in_under_load()
    });
    checks.that("a second install changes nothing", || {
        scene.each(|_, host| {
            let said = host.run("/root/bundle/install.sh --apply --yes 2>&1").ok()?;
            expect(said.starts_with("unchanged"), || said)?;
            host.run("/root/bundle/install.sh --check 2>&1").ok().map(drop)
        })
    });
    checks.that("a host that restarts is back in the network by itself", || {
        scene.host("two").reboot()?;
        let begun = Instant::now();
        within(Duration::from_secs(60), || scene.answers())?;
        println!(
            "          {:5.1} s  from its boot to the first answer",
            begun.elapsed().as_secs_f32()
        );
        Ok(())
    });
    promotion::checks(&scene, &mut checks);
    checks.all_hold();
}

impl<'bed> Scene<'bed> {
    fn host(&self, name: &str) -> &Host<'bed> {
        let place = HOSTS
            .iter()
            .position(|(known, _)| *known == name)
            .expect("a host of the site");
        &self.hosts[place]
    }

    /// The same on all hosts at once; the reasons of those where it fails.
    fn each(&self, what: impl Fn(&str, &Host<'bed>) -> Check + Sync) -> Check {
        let mut reasons = Vec::new();
        std::thread::scope(|scope| {
            let what = &what;
            let runs: Vec<_> = HOSTS
                .iter()
                .zip(&self.hosts)
                .map(|((name, _), host)| (name, scope.spawn(move || what(name, host))))
                .collect();
            for (name, run) in runs {
                if let Err(why) = run.join().expect("a check does not panic") {
                    reasons.push(format!("{name}: {why}"));
                }
            }
        });
        expect(reasons.is_empty(), || reasons.join("\n"))
    }

    /// Compiles the site as it is now, with more laid over it, and copies each host its bundle.
    fn bring(&self, more: &[(&str, &str)]) -> Check {
        for (name, text) in more {
            std::fs::write(self.site.join("keys").join(name), text).map_err(|error| error.to_string())?;
        }
        let compiled = Command::new(env!("CARGO_BIN_EXE_sitewright"))
            .args(["compile", "site.yaml", "-o", "out"])
            .current_dir(&self.site)
            .output()
            .map_err(|error| error.to_string())?;
        expect(compiled.status.success(), || {
            String::from_utf8_lossy(&compiled.stderr).into_owned()
        })?;
        self.each(|name, host| {
            host.run("rm -rf /root/bundle").ok()?;
            host.copy_in(&self.site.join("out/production").join(name), "/root/bundle");
            host.copy_in(&folder().join("fixtures"), "/root/releases");
            Ok(())
        })
    }

    /// As the runbook says: what the host prints becomes a file that the manifest includes.
    fn collect(&self, name: &str, host: &Host<'_>) -> Check {
        let ask = "/root/bundle/install.sh --public-keys 2>/root/said";
        let yaml = host.run(ask).ok()?;
        let private = host
            .run(&format!(
                "cat /etc/trio/secrets/wireguard.private.{name}; cat /root/said"
            ))
            .ok()?;
        let (private, said) = private.split_at(44);
        expect(!yaml.contains(private) && !said.contains(private), || {
            "a private key was printed".to_owned()
        })?;
        let again = host.run(ask).ok()?;
        expect(yaml == again, || format!("asked again it prints\n{again}"))?;
        std::fs::write(self.site.join(format!("keys/production-{name}.yaml")), yaml).map_err(|error| error.to_string())
    }

    /// What several hosts need is made on the first of them, and brought to the others by whoever may.
    fn share_secrets(&self) -> Check {
        for name in ["db_trio_app", "db_standby", "cache_app"] {
            let make = format!(
                "umask 077; install -d /etc/trio/secrets && tr -dc a-z </dev/urandom | head -c 24 >/etc/trio/secrets/{name}"
            );
            self.host("one").run(&make).ok()?;
            let value = self.host("one").run(&format!("cat /etc/trio/secrets/{name}")).ok()?;
            for host in ["two", "three"] {
                self.host(host)
                    .run(&format!(
                        "install -D -m 0600 <(printf %s '{value}') /etc/trio/secrets/{name}"
                    ))
                    .ok()?;
            }
        }
        Ok(())
    }

    fn answers(&self) -> Check {
        let ask = "curl -sS -m 5 --resolve trio.example:80:10.89.77.70 http://trio.example";
        let rows = self.outside.run(&format!("{ask}/api/sql -d 'SELECT 40 + 2'")).ok()?;
        expect(rows.contains(r#""stdout":"42""#), || rows.clone())?;
        let cached = self.outside.run(&format!("{ask}/api/cache")).ok()?;
        expect(cached.contains('1') && !cached.contains("error"), || cached.clone())
    }

    /// Counts, where they come in, the packets of another host that are not WireGuard's.
    fn only_encrypted(&self) -> Check {
        let count = |rule: &str| format!("iptables -t raw -I PREROUTING -i eth0 -s 10.89.77.70 {rule}");
        self.each(|_, host| {
            host.run(&format!("{} && {}", count("! -p udp"), count("-p udp --dport 51820")))
                .ok()
                .map(drop)
        })?;
        self.answers()?;
        for name in ["two", "three"] {
            let seen = self
                .host(name)
                .run("iptables -t raw -L PREROUTING -vnx | awk '/10.89.77.70/ {print $1}'")
                .ok()?;
            let counts: Vec<u32> = seen.lines().filter_map(|line| line.parse().ok()).collect();
            expect(counts.len() == 2 && counts[0] > 0 && counts[1] == 0, || {
                format!("{name}: {seen}")
            })?;
        }
        Ok(())
    }

    fn lets_in_under_load(&self) -> Check {
        let load = "rm -f /tmp/stop; touch /tmp/all /tmp/bad; until [ -e /tmp/stop ]; do \
            curl -sS -m 5 --resolve trio.example:80:10.89.77.70 http://trio.example/api/sql -d 'SELECT 40 + 2' >/tmp/got 2>&1; \
            echo >>/tmp/all; grep -q '\"42\"' /tmp/got || cat /tmp/got >>/tmp/bad; sleep 0.1; done";
        self.outside.start_in_background(load);
        let peer = "networks: {private: {wireguard: {peers: {marie: {public_key: \"7VhPMkmSvAV+JNfHwmVNHc2mkWdwkmFP8qjRYkOCdEI=\", address: 10.8.0.9}}}}}\n";
        self.bring(&[("marie.yaml", peer)])?;
        let installed = self.each(|_, host| {
            host.run("/root/bundle/install.sh --apply --yes 2>&1").ok()?;
            let shown = host.run("wg show private peers").ok()?;
            expect(shown.lines().count() == 3, || shown)
        });
        let said = self
            .outside
            .run("touch /tmp/stop; sleep 1; wc -l </tmp/all; cat /tmp/bad")
            .ok()?;
        installed?;
        let (asked, failed) = said.split_once('\n').unwrap_or_default();
        println!("                   {} requests meanwhile", asked.trim());
        expect(
            failed.is_empty() && asked.trim().parse::<u32>().is_ok_and(|asked| asked > 10),
            || said.clone(),
        )
    }
}

/// The site in a folder of its own, which takes the keys.
fn site() -> PathBuf {
    site_of("hosts-ha", &[("ha/site.yaml", "site.yaml")])
}
