//! The site over HTTPS, by name, with the certificate that was issued: what a browser would see.

use std::time::Duration;

use super::super::checks::{Check, Checks, expect, within};
use super::Scene;
use super::names::ROOT;

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    answers(scene, checks);
    let curl = |arguments: &str| curl(scene, arguments);

    checks.that("http and www lead to https and the domain", || {
        for (from, to) in [
            ("http://acme.example/a?b=c", "301 https://acme.example/a?b=c"),
            ("https://www.acme.example/a?b=c", "301 https://acme.example/a?b=c"),
        ] {
            let went = curl(&format!("-o /dev/null -w '%{{http_code}} %{{redirect_url}}' '{from}'"))?;
            expect(went == to, || format!("{from}: {went}"))?;
        }
        Ok(())
    });
    checks.that(
        "SPA: a page that is no file is the application, a missing asset is not found",
        || {
            let page = curl("-f https://acme.example/orders/17")?;
            expect(page.contains("id=\"app\""), || page)?;
            expect_status(scene, "https://acme.example/assets/gone.0123abcd.js", "404")
        },
    );
    checks.that("cache headers: assets for a year, pages never", || {
        let asset = header(scene, "cache-control", "https://acme.example/assets/app.3f9c2a71.js")?;
        expect(asset.contains("max-age=31536000"), || format!("asset: {asset}"))?;
        for page in ["https://acme.example/", "https://acme.example/orders/17"] {
            let page = header(scene, "cache-control", page)?;
            expect(page.contains("no-cache") || page.contains("max-age=0"), || {
                format!("page: {page}")
            })?;
        }
        Ok(())
    });
    checks.that("security headers are on pages, assets, the API and errors", || {
        let urls = ["/", "/assets/app.3f9c2a71.js", "/api/echo", "/.git/config"];
        for url in urls {
            for name in ["strict-transport-security", "x-content-type-options"] {
                let value = header(scene, name, &format!("https://acme.example{url}"))?;
                expect(!value.is_empty(), || format!("{url} has no {name}"))?;
            }
        }
        Ok(())
    });
    checks.that("the API sees who asked, and by what scheme", || {
        let seen = curl("-f -H 'X-Forwarded-For: 1.2.3.4' https://acme.example/api/echo")?;
        expect(seen.contains(r#""x-forwarded-proto":"https""#), || seen.clone())?;
        expect(seen.contains("10.89.77.2"), || {
            format!("not the stranger's address: {seen}")
        })
    });
    checks.that("a WebSocket passes through", || {
        let said = scene.outside.run(&format!(
            "websocket-echo wss://acme.example/socket.io/?EIO=4 {ROOT} 'hello through the proxy'"
        ));
        let said = said.ok()?;
        expect(said.trim() == "hello through the proxy", || said)
    });
    checks.that("server-sent events arrive as they are sent", || {
        // The stream never ends: what has come after two seconds was not held back for a buffer to fill.
        let said = scene.outside.run(&format!(
            "curl -sSN --max-time 2 --cacert {ROOT} https://acme.example/api/events"
        ));
        let ticks = said.stdout.matches("data: tick").count();
        expect(ticks >= 4, || {
            format!("{ticks} events in 2 s\n{}{}", said.stdout, said.stderr)
        })
    });
    checks.that(
        "uploads: 20 MiB pass where the manifest allows 100, and not elsewhere",
        || {
            let send = |path: &str| {
                curl(&format!(
                    "-o /tmp/answer -w '%{{http_code}}' --data-binary @/tmp/upload https://acme.example{path}"
                ))
            };
            scene.outside.run("head -c 20M /dev/zero >/tmp/upload").ok()?;
            let (large, elsewhere) = (send("/api/upload")?, send("/api/echo")?);
            expect(large == "200", || format!("/api/upload: {large}"))?;
            expect(elsewhere == "413", || format!("/api/echo: {elsewhere}"))
        },
    );
    checks.that("the API is asked too often: 429 after the burst, and never 503", || {
        // The buckets of earlier checks run empty first.
        std::thread::sleep(Duration::from_secs(3));
        burst(scene, "/api/echo", 60, 20)?;
        burst(scene, "/api/login", 12, 5)
    });
    checks.that("with one of two instances gone, every answer still comes", || {
        std::thread::sleep(Duration::from_secs(3));
        let outcome = without_one_instance(scene);
        scene.host.run("systemctl start acme-api@3000.service").ok()?;
        outcome
    });
    checks.that("an instance that is killed comes back", || {
        scene
            .host
            .run("systemctl kill --signal=KILL acme-api@3000.service")
            .ok()?;
        within(Duration::from_secs(30), || {
            std::thread::sleep(Duration::from_secs(1));
            scene
                .host
                .run("curl -fsS --max-time 2 http://127.0.0.1:3000/healthz")
                .ok()
                .map(drop)
        })
    });
}

/// What must also hold after a reboot.
pub(super) fn answers(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("the site is there over HTTPS, by name", || {
        within(Duration::from_secs(30), || {
            let page = curl(scene, "-f https://acme.example/")?;
            expect(page.contains("Acme, served by a test release"), || page)
        })
    });
    checks.that("the API answers through both instances", || {
        within(Duration::from_secs(30), || {
            let said: String = (0..6)
                .map(|_| curl(scene, "-f https://acme.example/api/echo"))
                .collect::<Result<_, _>>()?;
            let both = [3000, 3001].map(|port| said.contains(&format!("\"port\":{port}")));
            expect(both == [true, true], || format!("3000 and 3001 answered: {both:?}"))
        })
    });
}

/// All requests in one connection's time: some pass, the rest is told to wait.
fn burst(scene: &Scene<'_>, path: &str, requests: usize, allowed: usize) -> Check {
    let said = scene.outside.run(&format!(
        "curl -sS --cacert {ROOT} -o /dev/null -w '%{{http_code}}\\n' 'https://acme.example{path}?[1-{requests}]'"
    ));
    let codes = said.ok()?;
    let count = |code: &str| codes.lines().filter(|line| *line == code).count();
    let (late, broken) = (count("429"), count("503") + count("502"));
    expect(late > 0 && late <= requests - allowed && broken == 0, || {
        format!("{path}: {late} of {requests} were told 429, {broken} were 502 or 503\n{codes}")
    })
}

fn without_one_instance(scene: &Scene<'_>) -> Check {
    scene.host.run("systemctl stop acme-api@3000.service").ok()?;
    let said = scene.outside.run(&format!(
        "for i in 1 2 3 4 5 6 7 8 9 10; do curl -sS --cacert {ROOT} -o /dev/null -w '%{{http_code}}\\n' https://acme.example/api/echo; done | sort | uniq -c"
    ));
    let codes = said.ok()?;
    expect(codes.trim() == "10 200", || codes)
}

fn curl(scene: &Scene<'_>, arguments: &str) -> Result<String, String> {
    scene
        .outside
        .run(&format!("curl -sS --max-time 20 --cacert {ROOT} {arguments}"))
        .ok()
}

fn header(scene: &Scene<'_>, name: &str, url: &str) -> Result<String, String> {
    let headers = curl(scene, &format!("-o /dev/null -D - '{url}'"))?;
    let value = headers.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    });
    Ok(value.unwrap_or_default())
}

fn expect_status(scene: &Scene<'_>, url: &str, status: &str) -> Check {
    let got = curl(scene, &format!("-o /dev/null -w '%{{http_code}}' '{url}'"))?;
    expect(got == status, || format!("{url}: {got}, not {status}"))
}
