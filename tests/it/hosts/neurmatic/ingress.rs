//! What a stranger gets from nginx in its container.

use std::time::Duration;

use super::super::checks::{Check, Checks, expect, within};
use super::{ADDRESS, PROXY, ROOT, Scene};

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("certbot got a certificate for each name by HTTP-01, through the running nginx", || {
        within(Duration::from_secs(120), || {
            for name in ["neurmatic.com", "www.neurmatic.com", "api.neurmatic.com"] {
                let issuer = peer(scene, name, "-issuer")?;
                expect(issuer.contains("Pebble"), || format!("{name}: {issuer}"))?;
            }
            Ok(())
        })
        .map_err(|why| {
            let log = scene.host.run(
                "journalctl --no-pager -n 40 -u 'neurmatic-certificate@*'; tail -n 40 /var/log/letsencrypt/letsencrypt.log",
            );
            format!("{why}\n{}\n{}", log.stdout, scene.outside.run("tail -n 20 /tmp/pebble.log").stdout)
        })
    });
    answers(scene, checks);
    checks.that("a renewal is taken into use by a reload, in the same container", || {
        let before = (
            peer(scene, "neurmatic.com", "-serial")?,
            scene.compose("ps --quiet ingress")?,
        );
        scene
            .host
            .run("certbot renew --cert-name neurmatic.com --force-renewal --no-random-sleep-on-renew 2>&1")
            .ok()?;
        within(Duration::from_secs(20), || {
            let serial = peer(scene, "neurmatic.com", "-serial")?;
            expect(serial != before.0, || format!("still {serial}"))
        })?;
        let container = scene.compose("ps --quiet ingress")?;
        expect(container == before.1, || "another container".to_owned())
    });
    checks.that(
        "http and www lead to https and the domain; unknown names get nothing",
        || {
            for (from, to) in [
                ("http://neurmatic.com/a?b=c", "301 https://neurmatic.com/a?b=c"),
                ("https://www.neurmatic.com/a?b=c", "301 https://neurmatic.com/a?b=c"),
            ] {
                let went = scene.curl(&format!("-o /dev/null -w '%{{http_code}} %{{redirect_url}}' '{from}'"))?;
                expect(went == to, || format!("{from}: {went}"))?;
            }
            let other = scene.outside.run(&format!(
                "openssl s_client -connect {ADDRESS}:443 -servername other.example </dev/null"
            ));
            expect(other.code != 0, || "a certificate for a name of nobody".to_owned())
        },
    );
    checks.that("security headers are on pages, answers, refusals and errors", || {
        for url in [
            "https://neurmatic.com/",
            "https://api.neurmatic.com/api/v1/me",
            "https://api.neurmatic.com/api/v1/metrics",
            "https://www.neurmatic.com/",
        ] {
            for name in [
                "strict-transport-security",
                "x-content-type-options",
                "content-security-policy",
            ] {
                let value = header(scene, name, url)?;
                expect(!value.is_empty(), || format!("{url} has no {name}"))?;
            }
        }
        Ok(())
    });
    checks.that(
        "metrics are not for the world, however it spells them, and are there inside",
        || {
            for path in [
                "/api/v1/metrics",
                "/api/v1/metrics/",
                "/API/v1/Metrics",
                "/api/v1/%6detrics",
                "//api/v1/metrics",
            ] {
                let code = status(scene, &format!("https://api.neurmatic.com{path}"))?;
                expect(code == "404", || format!("{path}: {code}"))?;
            }
            let inside = scene.host.run("curl -fsS http://127.0.0.1:3000/api/v1/metrics").ok()?;
            expect(inside.starts_with("requests_total "), || inside)
        },
    );
    checks.that("the client's address: from the trusted proxy its word, from others their own", || {
        let ask = format!(
            "curl -fsS --cacert {ROOT} -H 'CF-Connecting-IP: 198.51.100.23' -H 'X-Forwarded-For: 198.51.100.24' https://api.neurmatic.com/load/"
        );
        scene.proxy.run(&format!("{ask}proxied")).ok()?;
        scene.outside.run(&format!("{ask}forged")).ok()?;
        within(Duration::from_secs(15), || {
            for (path, client) in [("/load/proxied", "198.51.100.23"), ("/load/forged", "10.89.77.6")] {
                let line = scene.host.run(&format!("grep -h '\"path\":\"{path}\"' /var/log/nginx/access.log")).ok()?;
                expect(line.contains(&format!("\"client\":\"{client}\"")), || format!("{PROXY}: {line}"))?;
            }
            scene.host.run("tail -n 1 /var/log/nginx/access.log | jq -e .status").ok().map(drop)
        })
    });
    checks.that("a WebSocket and events pass as they come", || {
        // Longer than nginx's own sixty seconds only for those who ask.
        let seconds = std::env::var_os("SITEWRIGHT_WEBSOCKET").unwrap_or_else(|| "3".into());
        let seconds = seconds.to_string_lossy();
        let said = scene.outside.run(&format!(
            "websocket-echo wss://api.neurmatic.com/socket.io/?EIO=4 {ROOT} 'hello through the proxy' {seconds}"
        ));
        let said = said.ok()?;
        expect(said.trim() == "hello through the proxy", || said)?;
        let events = scene.outside.run(&format!(
            "curl -sSN --max-time 2 --cacert {ROOT} https://api.neurmatic.com/api/v1/events"
        ));
        let ticks = events.stdout.matches("data: tick").count();
        expect(ticks >= 4, || format!("{ticks} events in 2 s"))
    });
    checks.that("logins: five at once, then one in twelve seconds", || {
        let said =
            scene.curl("-o /dev/null -w '%{http_code}\\n' 'https://api.neurmatic.com/api/v1/auth/login?[1-20]'")?;
        let passed = said.lines().filter(|code| *code == "401").count();
        let late = said.lines().filter(|code| *code == "429").count();
        println!("          {passed} of 20 logins at once passed, {late} were told 429");
        expect(passed == 5 && late == 15, || said)?;
        std::thread::sleep(Duration::from_secs(13));
        let said =
            scene.curl("-o /dev/null -w '%{http_code}\\n' 'https://api.neurmatic.com/api/v1/auth/login?[1-5]'")?;
        let passed = said.lines().filter(|code| *code == "401").count();
        expect(passed == 1, || format!("13 s later {passed} passed\n{said}"))
    });
    cache(scene, checks);
    checks.that(
        "maintenance: 503 for all but who is named, and over again after",
        || {
            let url = "https://api.neurmatic.com/load/";
            scene.host.run(&format!("neurmatic-maintenance on {PROXY}")).ok()?;
            within(Duration::from_secs(5), || {
                let code = status(scene, url)?;
                expect(code == "503", || code)
            })?;
            let retry = header(scene, "retry-after", url)?;
            let inside = scene.proxy.run(&format!("curl -fsS --cacert {ROOT} {url}")).ok();
            let refused = scene.host.run("neurmatic-maintenance on '1; }'").code;
            let state = scene.host.run("neurmatic-maintenance status").code;
            scene.host.run("neurmatic-maintenance off").ok()?;
            expect(retry == "300", || format!("Retry-After: {retry}"))?;
            inside.map(drop)?;
            expect(refused == 1 && state == 1, || {
                format!("refused {refused}, status {state}")
            })?;
            within(Duration::from_secs(5), || {
                let code = status(scene, url)?;
                expect(code == "200", || code)
            })
        },
    );
    checks.that("a configuration that nginx refuses does not go live", || {
        let said = scene.host.run(
            "cp -a /root/bundle /root/broken && cd /root/broken && f=rootfs/etc/neurmatic/nginx/nginx.conf && \
             sed -i 's/worker_processes auto/worker_processes many/' $f && new=$(sha256sum <$f | cut -d' ' -f1) && \
             sed -i \"s|^\\(file\\t/etc/neurmatic/nginx/nginx.conf\\t[^\\t]*\\t[^\\t]*\\t\\)[0-9a-f]*|\\1$new|\" plan.tsv && \
             ./install.sh --apply --yes 2>&1",
        );
        expect(said.code != 0 && said.stdout.contains("worker_processes"), || said.stdout.clone())?;
        answers_now(scene)
    });
}

/// Answers that nginx keeps.
fn cache(scene: &Scene<'_>, checks: &mut Checks) {
    let url = "https://neurmatic.com/kept";
    checks.that(
        "an answer is kept, but not for who is logged in, and given while nobody is behind",
        || {
            let first = scene.curl(&format!("-f {url}"))?;
            let again = scene.curl(&format!("-f {url}"))?;
            expect(first == again, || format!("{first}\n{again}"))?;
            for with in ["Cookie: a=b", "Authorization: Bearer x"] {
                let own = scene.curl(&format!("-f -H '{with}' {url}"))?;
                expect(own != first, || format!("{with}: {own}"))?;
            }
            scene.compose("stop web")?;
            let given = scene.curl(&format!("-f {url}"));
            let other = status(scene, "https://neurmatic.com/not-kept");
            scene.compose("start web")?;
            let given = given?;
            expect(given == first, || given)?;
            expect(matches!(other.as_deref(), Ok("502" | "504")), || format!("{other:?}"))
        },
    );
    checks.that("a purge forgets what begins with an address, and nothing else", || {
        within(Duration::from_secs(20), || {
            scene.curl("-f https://neurmatic.com/up").map(drop)
        })?;
        let keep = "https://neurmatic.com/up";
        let before = (scene.curl(&format!("-f {url}"))?, scene.curl(&format!("-f {keep}"))?);
        let said = scene.host.run(&format!("neurmatic-cache-purge {url}")).ok()?;
        expect(said == "1 answers forgotten\n", || said)?;
        within(Duration::from_secs(5), || {
            let after = scene.curl(&format!("-f {url}"))?;
            expect(after != before.0, || after)
        })?;
        let kept = scene.curl(&format!("-f {keep}"))?;
        expect(kept == before.1, || kept)
    });
}

/// What must also hold after a reboot.
pub(super) fn answers(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("the site and its API answer over HTTPS, by both instances", || {
        within(Duration::from_secs(30), || answers_now(scene))
    });
}

fn answers_now(scene: &Scene<'_>) -> Check {
    scene.curl("-f https://neurmatic.com/")?;
    let said: String = (0..8)
        .map(|_| scene.curl("-f https://api.neurmatic.com/load/"))
        .collect::<Result<_, _>>()?;
    let both = ["api-1", "api-2"].map(|name| said.contains(&format!("\"name\":\"{name}\"")));
    expect(both == [true, true], || format!("api-1 and api-2 answered: {both:?}"))
}

/// What the certificate that a stranger is shown says of itself.
fn peer(scene: &Scene<'_>, name: &str, question: &str) -> Result<String, String> {
    scene
        .outside
        .run(&format!(
            "set -o pipefail; openssl s_client -connect {ADDRESS}:443 -servername {name} </dev/null 2>/dev/null \
             | openssl x509 -noout {question}"
        ))
        .ok()
}

fn header(scene: &Scene<'_>, name: &str, url: &str) -> Result<String, String> {
    let headers = scene.curl(&format!("-o /dev/null -D - '{url}'"))?;
    let value = headers.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    });
    Ok(value.unwrap_or_default())
}

fn status(scene: &Scene<'_>, url: &str) -> Result<String, String> {
    scene.curl(&format!("--path-as-is -o /dev/null -w '%{{http_code}}' '{url}'"))
}
