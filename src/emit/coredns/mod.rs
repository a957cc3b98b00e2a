//! CoreDNS: the authoritative name server of the site's zones.
//!
//! It also answers certificate challenges (DNS-01): each `_acme-challenge` name is a zone of its own in `/var/lib`, which
//! the certificate script writes and CoreDNS reads again within two seconds.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use serde::Serialize;

use super::zone;
use super::{Artifact, Emission, Emitter, Phase};
use crate::render::{Language, escape, render};
use crate::site::{Action, Directory, DnsServer, EnabledUnit, Host, Pointer, Program, Record, Site, Zone, order};

pub(crate) const EMITTER: Emitter = Emitter { name: "coredns", emit };

const SET: &str = EMITTER.name;
const PROGRAM: &str = "/usr/local/bin/coredns";
const VERSION: &str = "1.14.4";
/// Of `coredns_1.14.4_linux_amd64.tgz` on the project's release page.
const SHA256: &str = "5b0e6a6a8b97bdcaec65baa70e83ca88ce03ab852355c656e3f7953405cfe36e";
const HEALTH: &str = "127.0.0.1:8953";

fn emit(site: &Site, host: &Host) -> Emission {
    let Some(dns) = &host.dns else {
        return Emission::default();
    };
    let mut artifacts = vec![corefile(site, host, dns), unit(site, dns)];
    artifacts.extend(dns.zones.iter().map(|zone| zone_file(site, host, zone)));
    let mut directories = Vec::new();
    if !dns.challenges.is_empty() {
        artifacts.push(challenges(site, dns));
        directories.push(Directory {
            path: challenge_folder(site),
            origin: dns.origin.clone(),
            owner: "root".into(),
            group: "root".into(),
            mode: 0o755,
        });
    }
    Emission {
        artifacts,
        directories,
        programs: vec![program()],
        actions: actions(site, host, dns),
        enabled: vec![EnabledUnit {
            name: format!("{}-coredns.service", site.name),
            order: order::DNS,
        }],
        ..Emission::default()
    }
}

fn program() -> Program {
    Program {
        name: "coredns",
        path: PROGRAM,
        version: VERSION,
        url: format!(
            "https://github.com/coredns/coredns/releases/download/v{VERSION}/coredns_{VERSION}_linux_amd64.tgz"
        ),
        sha256: SHA256.into(),
        member: "coredns",
        version_args: "-version",
    }
}

#[derive(Serialize)]
struct Corefile<'a> {
    listen: Vec<String>,
    zones: Vec<ServerBlock<'a>>,
}

#[derive(Serialize)]
struct ServerBlock<'a> {
    origin: &'a Pointer,
    name: &'a str,
    path: String,
    reload: &'static str,
    health: Option<&'static str>,
}

fn corefile(site: &Site, host: &Host, dns: &DnsServer) -> Artifact {
    let own = dns.zones.iter().map(|zone| ServerBlock {
        origin: &zone.origin,
        name: &zone.name,
        path: zone_path(site, &zone.name),
        reload: "10s",
        health: None,
    });
    let challenges = dns.challenges.iter().map(|name| ServerBlock {
        origin: &dns.origin,
        name,
        path: format!("{}/{name}.zone", challenge_folder(site)),
        reload: "2s",
        health: None,
    });
    let mut zones: Vec<ServerBlock<'_>> = own.chain(challenges).collect();
    if let Some(first) = zones.first_mut() {
        first.health = Some(HEALTH);
    }
    let view = Corefile {
        listen: addresses(host, dns),
        zones,
    };
    let rendered = render(
        Language::Corefile,
        "coredns/Corefile",
        include_str!("Corefile.hbs"),
        &view,
    );
    Artifact::new(SET, corefile_path(site), rendered.text)
        .traced(rendered.lines)
        .from([dns.origin.clone()])
        .triggers(SET)
}

/// Never all addresses: a local resolver keeps its own on loopback.
fn addresses(host: &Host, dns: &DnsServer) -> Vec<String> {
    if !dns.listen.is_empty() {
        return dns.listen.clone();
    }
    let private = host.private.map(|network| network.addr());
    host.public
        .iter()
        .copied()
        .chain(private)
        .map(|address| address.to_string())
        .collect()
}

#[derive(Serialize)]
struct Unit<'a> {
    site: &'a str,
    program: &'static str,
}

fn unit(site: &Site, dns: &DnsServer) -> Artifact {
    let view = Unit {
        site: &site.name,
        program: PROGRAM,
    };
    let text = render(
        Language::Systemd,
        "coredns/service",
        include_str!("coredns.service.hbs"),
        &view,
    )
    .text;
    Artifact::new(SET, format!("/etc/systemd/system/{}-coredns.service", site.name), text)
        .from([dns.origin.clone()])
        .triggers("systemd")
        .triggers("coredns-restart")
}

#[derive(Serialize)]
struct ZoneFile<'a> {
    origin: &'a Pointer,
    name: String,
    ttl: u32,
    primary: String,
    hostmaster: String,
    serial: u32,
    records: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    origin: Pointer,
    line: String,
}

fn zone_file(site: &Site, host: &Host, zone: &Zone) -> Artifact {
    let view = ZoneFile {
        origin: &zone.origin,
        name: absolute(&zone.name),
        ttl: zone.ttl,
        primary: absolute(&zone.primary),
        hostmaster: absolute(&zone.hostmaster),
        serial: zone.serial,
        records: required(host, zone)
            .iter()
            .chain(&zone.records)
            .map(|record| Line {
                origin: record.origin.clone(),
                line: zone::line(record),
            })
            .collect(),
    };
    let rendered = render(Language::Zone, "coredns/zone", include_str!("zone.hbs"), &view);
    Artifact::new(SET, zone_path(site, &zone.name), rendered.text)
        .traced(rendered.lines)
        .triggers(SET)
}

/// The name server itself and its address, without which no zone is one, if the records do not have them.
fn required(host: &Host, zone: &Zone) -> Vec<Record> {
    let record = |name: &str, kind: &str, data: String| Record {
        origin: zone.origin.clone(),
        name: name.into(),
        ttl: None,
        kind: kind.into(),
        data,
    };
    let mut records = Vec::new();
    if !zone.records.iter().any(|known| known.kind == "NS" && known.name == "@") {
        records.push(record("@", "NS", absolute(&zone.primary)));
    }
    let primary = zone.primary.trim_end_matches('.');
    let Some(name) = primary
        .strip_suffix(zone.name.as_str())
        .and_then(|name| name.strip_suffix('.'))
    else {
        return records;
    };
    let has_address = |known: &Record| known.name == name && matches!(known.kind.as_str(), "A" | "AAAA");
    if !zone.records.iter().any(has_address) {
        records.extend(host.public.iter().map(|address| match address {
            IpAddr::V4(v4) => record(name, "A", v4.to_string()),
            IpAddr::V6(v6) => record(name, "AAAA", v6.to_string()),
        }));
    }
    records
}

fn absolute(name: &str) -> String {
    format!("{}.", zone::bare(name.trim_end_matches('.')))
}

/// An empty zone for each challenge at every boot, so that CoreDNS has something to read.
fn challenges(site: &Site, dns: &DnsServer) -> Artifact {
    let mut text = String::from("# Zones for certificate challenges; the certificate script adds the answers.\n");
    for name in &dns.challenges {
        let parent = dns
            .zones
            .iter()
            .filter(|zone| name == &zone.name || name.ends_with(&format!(".{}", zone.name)))
            .max_by_key(|zone| zone.name.len())
            .or(dns.zones.first());
        let (primary, hostmaster) = parent.map_or_else(
            || (absolute(name), absolute(name)),
            |zone| (absolute(&zone.primary), absolute(&zone.hostmaster)),
        );
        let path = format!("{}/{name}.zone", challenge_folder(site));
        let lines = [
            format!("@ 1 IN SOA {primary} {hostmaster} 1 7200 900 1209600 1"),
            format!("@ 1 IN NS {primary}"),
        ];
        // tmpfiles.d has escapes of its own.
        let zone: String = lines.iter().map(|line| line.replace('\\', "\\\\") + "\\n").collect();
        text.push_str(&format!(
            "f+ {} 0644 root root - {}\n",
            escape::systemd(&path),
            zone.replace('%', "%%")
        ));
    }
    Artifact::new(SET, format!("/etc/tmpfiles.d/{}-challenges.conf", site.name), text)
        .from([dns.origin.clone()])
        .phase(Phase::Identity)
}

/// CoreDNS has no option that only checks: it runs for two seconds in a network of its own that has the same addresses.
fn actions(site: &Site, host: &Host, dns: &DnsServer) -> Vec<Action> {
    let addresses = escape::shell_words(&addresses(host, dns));
    let trial = format!(
        "ip link set lo up; for a in {addresses}; do ip address add \"$a\" dev lo; done; status=0; \
         timeout 2 {PROGRAM} -conf {} || status=$?; [[ $status == 124 ]]",
        corefile_path(site)
    );
    let unit = format!("{}-coredns.service", site.name);
    let check = format!("unshare --net bash -c {}", escape::shell(&trial));
    [
        (SET, "reload-or-restart", Some(check), "reloads the name server"),
        ("coredns-restart", "restart", None, "restarts the name server"),
    ]
    .into_iter()
    .map(|(name, verb, check, effect)| Action {
        name: name.into(),
        order: order::DNS,
        check,
        run: Some(format!("systemctl {verb} {unit}")),
        effect: effect.into(),
    })
    .collect()
}

fn corefile_path(site: &Site) -> String {
    format!("{}/coredns/Corefile", site.etc())
}

fn zone_path(site: &Site, zone: &str) -> String {
    format!("{}/coredns/zones/{zone}.zone", site.etc())
}

fn challenge_folder(site: &Site) -> String {
    format!("/var/lib/{}/acme-challenge", site.name)
}
