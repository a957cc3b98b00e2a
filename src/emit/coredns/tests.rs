//! What a zone, the Corefile and the challenges must say.

use super::*;
use crate::site::fixture::{at, host, site};

fn dns() -> DnsServer {
    let record = |name: &str, kind: &str, data: &str| Record {
        origin: at("/dns/zones/@/records"),
        name: name.into(),
        ttl: None,
        kind: kind.into(),
        data: data.into(),
    };
    DnsServer {
        origin: at("/dns"),
        zones: vec![Zone {
            name: "acme.example".into(),
            origin: at("/dns/zones/@"),
            serial: 7,
            primary: "ns1.acme.example.".into(),
            hostmaster: "first\\.last.acme.example.".into(),
            ttl: 3600,
            records: vec![
                record("@", "A", "203.0.113.10"),
                record("*", "A", "203.0.113.10"),
                record("@", "MX", "10 mail.example.net."),
                record("@", "CAA", "0 issuewild \";\""),
                record("@", "TXT", &format!("v=spf1; \"quoted\" {}", "x".repeat(300))),
                record("_acme-challenge", "NS", "ns1.acme.example."),
            ],
        }],
        challenges: vec!["_acme-challenge.acme.example".into()],
        listen: vec!["203.0.113.10".into(), "2001:db8::10".into()],
    }
}

fn emitted() -> Emission {
    let mut host = host("vps");
    host.dns = Some(dns());
    (EMITTER.emit)(&site(), &host)
}

fn content(path: &str) -> String {
    let found = emitted().artifacts.into_iter().find(|artifact| artifact.path == path);
    found.unwrap_or_else(|| panic!("{path} is emitted")).content
}

#[test]
fn it_listens_at_the_host_s_addresses_only() {
    let corefile = content("/etc/acme/coredns/Corefile");
    assert!(corefile.contains("  bind 203.0.113.10 2001:db8::10\n"), "{corefile}");
    assert_eq!(corefile.matches("health 127.0.0.1:8953").count(), 1);
    assert!(!corefile.contains("forward"), "no recursion");
}

#[test]
fn a_zone_has_its_serial_and_what_it_cannot_do_without() {
    let zone = content("/etc/acme/coredns/zones/acme.example.zone");
    assert!(
        zone.contains("@ IN SOA ns1.acme.example. first\\.last.acme.example. (\n  7 ; serial\n"),
        "{zone}"
    );
    assert!(
        zone.contains("@ IN NS ns1.acme.example.\nns1 IN A 203.0.113.10\n"),
        "{zone}"
    );
    assert!(zone.contains("@ IN MX 10 mail.example.net.\n"), "{zone}");
    assert!(zone.contains("@ IN CAA 0 issuewild \";\"\n"), "{zone}");
}

#[test]
fn name_servers_of_the_records_are_kept_as_they_are() {
    let mut host = host("vps");
    let mut dns = dns();
    let known = |name: &str, kind: &str, data: &str| Record {
        origin: at("/dns"),
        name: name.into(),
        ttl: None,
        kind: kind.into(),
        data: data.into(),
    };
    dns.zones[0].records.push(known("@", "NS", "ns1.acme.example."));
    dns.zones[0].records.push(known("ns1", "A", "203.0.113.11"));
    host.dns = Some(dns);
    let emission = (EMITTER.emit)(&site(), &host);
    let zone = &emission
        .artifacts
        .iter()
        .find(|artifact| artifact.path.ends_with(".zone"))
        .unwrap()
        .content;
    assert_eq!(zone.matches("@ IN NS").count(), 1, "{zone}");
    assert_eq!(zone.matches("ns1 IN A ").count(), 1, "{zone}");
}

#[test]
fn hostile_data_stays_one_record() {
    for data in [
        "a ; b",
        "( a",
        "\"open",
        "x\ny IN A 192.0.2.1",
        "a\\",
        "a\\;b",
        "$INCLUDE /etc/passwd",
    ] {
        let line = zone::line(&Record {
            origin: at("/dns"),
            name: "@".into(),
            ttl: Some(60),
            kind: "CNAME".into(),
            data: data.into(),
        });
        assert!(line.starts_with("@ 60 IN CNAME "), "{line}");
        assert!(!line.contains('\n'), "{line}");
        let unescaped = line
            .replace("\\\\", "")
            .replace("\\;", "")
            .replace("\\(", "")
            .replace("\\)", "")
            .replace("\\\"", "");
        assert!(!unescaped.contains([';', '(', ')']), "{line}");
        assert_eq!(unescaped.matches('"').count() % 2, 0, "{line}");
    }
}

#[test]
fn every_challenge_is_a_zone_that_exists_from_the_start() {
    let emission = emitted();
    let seed = emission
        .artifacts
        .iter()
        .find(|artifact| artifact.phase == Phase::Identity)
        .unwrap();
    assert_eq!(
        seed.content.lines().last().unwrap(),
        "f+ /var/lib/acme/acme-challenge/_acme-challenge.acme.example.zone 0644 root root - \
         @ 1 IN SOA ns1.acme.example. first\\\\.last.acme.example. 1 7200 900 1209600 1\\n@ 1 IN NS ns1.acme.example.\\n",
    );
    let corefile = content("/etc/acme/coredns/Corefile");
    assert!(
        corefile.contains("file /var/lib/acme/acme-challenge/_acme-challenge.acme.example.zone {\n    reload 2s\n")
    );
}

#[test]
fn a_trial_run_comes_before_the_reload() {
    let emission = emitted();
    let action = emission.actions.iter().find(|action| action.name == "coredns").unwrap();
    assert!(
        action
            .check
            .as_deref()
            .unwrap()
            .starts_with("unshare --net bash -c 'ip link set lo up;")
    );
    assert_eq!(emission.programs[0].version, VERSION);
}
