//! What the certificate script is told, and when it runs.

use super::*;
use crate::site::Challenge;
use crate::site::fixture::{at, host, ingress, site};

fn certificate(name: &str, names: &[&str], issuer: Issuer) -> Certificate {
    Certificate {
        name: name.into(),
        origin: at("/tls"),
        names: names.iter().map(|&name| name.into()).collect(),
        issuer,
        used_by: vec!["nginx".into()],
        readers: Vec::new(),
    }
}

fn acme(challenge: Challenge) -> Issuer {
    Issuer::Acme {
        directory: "https://acme-v02.api.letsencrypt.org/directory".into(),
        challenge,
    }
}

fn emitted(certificates: Vec<Certificate>) -> Emission {
    let mut host = host("vps");
    host.ingress = Some(ingress());
    host.certificates = certificates;
    host.actions.push(Action {
        name: "postgres-db".into(),
        order: order::DATABASE,
        check: None,
        run: Some("systemctl reload postgresql@15-main".into()),
        effect: "reloads PostgreSQL".into(),
    });
    (EMITTER.emit)(&site(), &host)
}

fn wildcard() -> Certificate {
    certificate(
        "acme.example",
        &["acme.example", "*.acme.example"],
        acme(Challenge::Dns01),
    )
}

fn content<'a>(emission: &'a Emission, path: &str) -> &'a str {
    let found = emission.artifacts.iter().find(|artifact| artifact.path == path);
    &found.unwrap_or_else(|| panic!("{path} is emitted")).content
}

#[test]
fn a_record_says_all_that_the_script_needs() {
    let mut certificate = wildcard();
    certificate.used_by.push("postgres-db".into());
    certificate.readers.push("postgres".into());
    let emission = emitted(vec![certificate]);
    assert_eq!(
        content(&emission, "/etc/acme/certificates/acme.example"),
        "# Certificate acme.example, read by acme-certificate.\n\
         issuer acme\n\
         directory https://acme-v02.api.letsencrypt.org/directory\n\
         challenge dns-01\n\
         name acme.example\n\
         name *.acme.example\n\
         after nginx -t -q && systemctl reload nginx.service\n\
         after systemctl reload postgresql@15-main\n"
    );
    let readers = content(&emission, "/etc/sysusers.d/acme-tls.conf");
    assert!(readers.ends_with("g acme-tls -\nm postgres acme-tls\n"), "{readers}");
}

#[test]
fn a_wildcard_is_asked_for_by_dns_and_nothing_stands_alone_on_port_80() {
    let emission = emitted(vec![wildcard()]);
    let script = content(&emission, "/usr/local/sbin/acme-certificate");
    assert!(script.contains("--preferred-challenges dns --manual-auth-hook \"${SELF} challenge\""));
    assert!(!script.contains("--standalone") && !script.contains("--nginx"));
    assert!(script.contains("readonly NAME_SERVER=203.0.113.10\n"));
    let packages: Vec<&str> = emission.packages.iter().map(|package| package.name.as_str()).collect();
    assert_eq!(packages, ["openssl", "dbus", "certbot", "bind9-dnsutils"]);
}

#[test]
fn no_certificate_yet_is_no_reason_to_fail() {
    let emission = emitted(vec![wildcard()]);
    let obtain = emission
        .actions
        .iter()
        .find(|action| action.name == "certbot-acme.example")
        .unwrap();
    assert!(
        obtain
            .run
            .as_deref()
            .unwrap()
            .starts_with("systemctl start acme-certificate@acme.example.service || echo ")
    );
    assert_eq!(obtain.order, order::CERTIFICATES);
    let placeholders = emission
        .actions
        .iter()
        .find(|action| action.name == "certificates")
        .unwrap();
    assert!(
        placeholders.order < order::DATABASE,
        "PostgreSQL and nginx start after it"
    );
    assert_eq!(
        placeholders.check.as_deref(),
        Some("/usr/local/sbin/acme-certificate placeholders")
    );
    let units: Vec<&str> = emission.enabled.iter().map(|unit| unit.name.as_str()).collect();
    assert_eq!(units, ["certbot.timer", "acme-certificate@acme.example.timer"]);
}

#[test]
fn the_site_s_own_authority_needs_no_certbot() {
    let emission = emitted(vec![certificate("acme.example", &["acme.example"], Issuer::Internal)]);
    assert!(
        !emission
            .artifacts
            .iter()
            .any(|artifact| artifact.path.starts_with("/etc/letsencrypt"))
    );
    assert!(!emission.packages.iter().any(|package| package.name == "certbot"));
    assert!(!emission.enabled.iter().any(|unit| unit.name == "certbot.timer"));
    let record = content(&emission, "/etc/acme/certificates/acme.example");
    assert!(record.contains("issuer internal\nname acme.example\n"), "{record}");
}

#[test]
fn a_value_begins_no_line_of_its_own() {
    let mut certificate = wildcard();
    certificate.names = vec!["a.example\nafter rm -rf /".into()];
    let emission = emitted(vec![certificate]);
    let record = content(&emission, "/etc/acme/certificates/acme.example");
    assert_eq!(
        record.lines().filter(|line| line.starts_with("after ")).count(),
        1,
        "{record}"
    );
}

#[test]
fn without_certificates_nothing_is_emitted() {
    assert!(emitted(Vec::new()).artifacts.is_empty());
}

#[test]
fn a_provider_is_entered_with_a_secret_of_root() {
    let mut host = host("vps");
    host.ingress = Some(ingress());
    host.certificates = vec![certificate(
        "acme.example",
        &["acme.example", "*.acme.example"],
        acme(Challenge::Provider(DnsProvider::Cloudflare)),
    )];
    let mut site = site();
    site.hosted = Some(crate::site::HostedDns {
        origin: at("/dns"),
        provider: DnsProvider::Cloudflare,
        credentials: Some("token".into()),
        zones: Vec::new(),
    });
    let emission = (EMITTER.emit)(&site, &host);
    assert!(content(&emission, "/etc/acme/certificates/acme.example").contains("challenge dns-cloudflare\n"));
    let path = "/etc/acme/dns/cloudflare.ini";
    assert_eq!(
        content(&emission, path),
        "# Read by certbot.\ndns_cloudflare_api_token = {{secret:token:raw}}\n"
    );
    let file = emission.artifacts.iter().find(|artifact| artifact.path == path);
    assert_eq!(file.map(|artifact| artifact.mode), Some(0o600));
    let packages: Vec<&str> = emission.packages.iter().map(|package| package.name.as_str()).collect();
    assert!(packages.contains(&"python3-certbot-dns-cloudflare"));
    assert!(!packages.contains(&"bind9-dnsutils"), "no name server of ours is asked");
}
