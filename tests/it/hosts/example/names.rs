//! Names and certificates: the bundle's own CoreDNS answers the world, and the ACME server's question.

use std::time::Duration;

use super::super::checks::{Check, Checks, expect, within};
use super::{ADDRESS, Scene};

/// Where pebble's own root is put, which a stranger trusts from then on.
pub(super) const ROOT: &str = "/tmp/root.crt";

/// Starts pebble beside the stranger. It asks the host under test for every name, as the world's resolvers would.
pub(super) fn start_authority(scene: &Scene<'_>) {
    let outside = &scene.outside;
    outside.resolve_by(ADDRESS);
    outside.start_in_background(&format!(
        "PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 \
         pebble -strict -config /etc/pebble/pebble.json -dnsserver {ADDRESS}:53 >/tmp/pebble.log 2>&1"
    ));
    within(Duration::from_secs(20), || {
        let ask = "curl -fsS --cacert /etc/pebble/ca.crt https://10.89.77.2";
        outside
            .run(&format!("{ask}:14000/dir >/dev/null && {ask}:15000/roots/0 >{ROOT}"))
            .ok()
            .map(drop)
    })
    .unwrap_or_else(|why| panic!("pebble does not start: {why}"));
}

pub(super) fn check(scene: &Scene<'_>, checks: &mut Checks) {
    answers(scene, checks);
    let dig = |question: &str| scene.outside.run(&format!("dig @{ADDRESS} {question}"));

    checks.that("CoreDNS answers over TCP, and the records of the manifest", || {
        let mx = dig("+tcp +short MX acme.example").ok()?;
        expect(mx == "10 mail.example.net.\n", || format!("MX: {mx}"))?;
        let soa = dig("+short SOA acme.example").ok()?;
        expect(soa.starts_with("ns1.acme.example."), || format!("SOA: {soa}"))
    });
    checks.that("CoreDNS refuses what is not its own, and copies of its zones", || {
        let other = dig("example.org").stdout;
        expect(other.contains("status: REFUSED"), || other)?;
        let transfer = dig("+short AXFR acme.example").stdout;
        expect(!transfer.contains("mail.example.net"), || transfer)
    });
    checks.that("certbot got a certificate from the ACME server by DNS-01", || {
        within(Duration::from_secs(180), || issued_by_pebble(scene)).map_err(|why| {
            let log = scene.host.run(
                "journalctl --no-pager -n 40 -u 'acme-certificate@*'; tail -n 40 /var/log/letsencrypt/letsencrypt.log",
            );
            let server = scene.outside.run("tail -n 20 /tmp/pebble.log");
            format!("{why}\n{}\n{}", log.stdout, server.stdout)
        })
    });
    checks.that("the certificate is for the domain and all names in it", || {
        let names = peer(scene, "-ext subjectAltName")?;
        expect(
            names.contains("DNS:acme.example") && names.contains("DNS:*.acme.example"),
            || names,
        )
    });
    checks.that("TLS before 1.2 and unknown names are turned away", || {
        let old = scene.outside.run(&format!(
            "openssl s_client -connect {ADDRESS}:443 -servername acme.example -tls1_1 -cipher ALL:@SECLEVEL=0 </dev/null"
        ));
        expect(old.code != 0, || "TLS 1.1 was accepted".to_owned())?;
        let stranger = scene.outside.run(&format!(
            "openssl s_client -connect {ADDRESS}:443 -servername other.example </dev/null"
        ));
        expect(stranger.code != 0, || "a certificate for a name of nobody".to_owned())
    });
}

/// What must also hold after a reboot.
pub(super) fn answers(scene: &Scene<'_>, checks: &mut Checks) {
    checks.that("CoreDNS resolves the domain, www and the wildcard", || {
        for name in ["acme.example", "www.acme.example", "anything.acme.example"] {
            let address = scene.outside.run(&format!("dig @{ADDRESS} +short A {name}")).ok()?;
            expect(address.trim() == ADDRESS, || {
                format!("{name} is `{}`, not {ADDRESS}", address.trim())
            })?;
        }
        Ok(())
    });
}

fn issued_by_pebble(scene: &Scene<'_>) -> Check {
    let issuer = peer(scene, "-issuer")?;
    expect(issuer.contains("Pebble"), || {
        format!("the certificate in use is of {issuer}")
    })
}

/// What the certificate that a stranger is shown says of itself.
fn peer(scene: &Scene<'_>, question: &str) -> Result<String, String> {
    scene
        .outside
        .run(&format!(
            "set -o pipefail; openssl s_client -connect {ADDRESS}:443 -servername acme.example </dev/null 2>/dev/null | openssl x509 -noout {question}"
        ))
        .ok()
}
