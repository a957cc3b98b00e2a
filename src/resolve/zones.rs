//! The zones that the site serves: records of hosts and routes, and those of the author's own.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::certificates::Issued;
use super::lock::Allocator;
use super::{World, at, host_mut, placement};
use crate::diag::Diagnostic;
use crate::manifest::values::{Domain, RecordName};
use crate::manifest::{Dns, Issuer as ManifestIssuer, Records, Zone as Section};
use crate::site::*;

pub(super) fn zones(
    world: &World<'_>,
    hosts: &mut [Host],
    issued: &Issued,
    lock: &mut Allocator<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(dns) = world.manifest.dns.on().filter(|dns| dns.provider.is_none()) else {
        return;
    };
    let origin = at(["dns"]);
    let Some(on) = placement::hosts_of(&dns.on, &origin, "the name server", hosts, found) else {
        return;
    };
    let zones: Vec<Zone> = dns
        .zones
        .iter()
        .map(|(name, section)| {
            Build::new(
                world,
                hosts,
                &on,
                dns,
                name.within(&world.manifest.site.domain),
                section,
                &origin.child("zones").child(name.as_str()),
            )
            .zone(section, issued, lock, found)
        })
        .collect();
    for challenge in &issued.challenges {
        if !zones.iter().any(|zone| is_within(challenge, &zone.name)) {
            found.push(
                Diagnostic::error("challenge-unanswered", format!("nobody answers the DNS-01 challenge for `{challenge}`"))
                    .at(at(["tls", "challenge"]), "the challenge is a TXT record in the name's zone")
                    .at_key(&origin.child("zones"), "and none of these zones holds the name")
                    .why("The certificate authority would look for the record and never find it, so no certificate is issued.")
                    .help(format!("add the zone of `{challenge}.` under `dns.zones`, or give its route `tls: {{challenge: http-01}}`")),
            );
        }
    }
    for name in on {
        let host = host_mut(hosts, &name);
        let mut listen: Vec<String> = host.public.iter().map(ToString::to_string).collect();
        listen.extend(
            host.private
                .map(|net| net.addr().to_string())
                .filter(|address| !listen.contains(address)),
        );
        host.dns = Some(DnsServer {
            origin: origin.clone(),
            zones: zones.clone(),
            challenges: issued
                .challenges
                .iter()
                .filter(|name| zones.iter().any(|zone| is_within(name, &zone.name)))
                .map(|name| format!("_acme-challenge.{name}"))
                .collect(),
            listen,
        });
    }
}

/// A zone that a provider serves, with name servers of the provider's own.
#[expect(clippy::too_many_arguments, reason = "what a zone is made of, once")]
pub(super) fn hosted(
    world: &World<'_>,
    hosts: &[Host],
    dns: &Dns,
    name: &RecordName,
    section: &Section,
    origin: &Pointer,
    issued: &Issued,
    lock: &mut Allocator<'_>,
    found: &mut Vec<Diagnostic>,
) -> Zone {
    let whole = name.within(&world.manifest.site.domain);
    let written = origin.child("zones").child(name.as_str());
    let origin = if dns.zones.is_empty() { origin } else { &written };
    Build::new(world, hosts, &[], dns, whole, section, origin).zone(section, issued, lock, found)
}

fn is_within(name: &str, zone: &str) -> bool {
    name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'))
}

struct Build<'a> {
    world: &'a World<'a>,
    hosts: &'a [Host],
    servers: &'a [String],
    name: String,
    origin: Pointer,
    ttl: u32,
    records: Vec<Record>,
}

impl<'a> Build<'a> {
    fn new(
        world: &'a World<'a>,
        hosts: &'a [Host],
        servers: &'a [String],
        dns: &Dns,
        name: String,
        section: &Section,
        origin: &Pointer,
    ) -> Self {
        let ttl = u32::try_from(section.ttl.unwrap_or(dns.ttl).as_secs()).unwrap_or(u32::MAX);
        Self {
            world,
            hosts,
            servers,
            name,
            origin: origin.clone(),
            ttl,
            records: Vec::new(),
        }
    }

    fn zone(
        mut self,
        section: &Section,
        issued: &Issued,
        lock: &mut Allocator<'_>,
        found: &mut Vec<Diagnostic>,
    ) -> Zone {
        // Who writes an address of a name means that one and no other.
        let addressed =
            |records: &Records| !records.a.is_empty() || !records.aaaa.is_empty() || records.cname.is_some();
        let written: BTreeSet<String> = section
            .records
            .iter()
            .filter(|(_, records)| addressed(records))
            .map(|(name, _)| self.relative(&name.within(&self.domain())))
            .collect();
        self.name_servers(issued);
        self.routes(&written);
        self.hosts(&written);
        if let Some(wildcard) = &section.wildcard {
            self.wildcard(wildcard.as_str(), found);
        }
        self.issuers(section);
        for (name, records) in &section.records {
            let relative = self.relative(&name.within(&self.domain()));
            let origin = self.origin.child("records").child(name.as_str());
            self.written(&relative, records, &origin);
        }
        self.records.sort_by(|a, b| {
            (a.name != "@", &a.name, kind_rank(&a.kind), &a.data).cmp(&(
                b.name != "@",
                &b.name,
                kind_rank(&b.kind),
                &b.data,
            ))
        });
        self.records
            .dedup_by(|a, b| (&a.name, &a.kind, &a.data) == (&b.name, &b.kind, &b.data));
        let text: String = self
            .records
            .iter()
            .map(|r| format!("{} {:?} {} {}\n", r.name, r.ttl, r.kind, r.data))
            .collect();
        Zone {
            serial: lock.serial(&self.name, &format!("{} {text}", self.ttl)),
            primary: format!("ns1.{}.", self.name),
            hostmaster: hostmaster(&self.world.site.contact),
            name: self.name,
            origin: self.origin,
            ttl: self.ttl,
            records: self.records,
        }
    }

    fn domain(&self) -> Domain {
        self.name.parse().expect("a zone's name was checked when it was read")
    }

    fn relative(&self, name: &str) -> String {
        if name == self.name {
            "@".into()
        } else {
            name.strip_suffix(&self.name)
                .and_then(|rest| rest.strip_suffix('.'))
                .unwrap_or(name)
                .to_owned()
        }
    }

    fn put(&mut self, name: &str, kind: &str, data: impl Into<String>, origin: &Pointer) {
        let record = Record {
            origin: origin.clone(),
            name: name.to_owned(),
            ttl: None,
            kind: kind.to_owned(),
            data: data.into(),
        };
        self.records.push(record);
    }

    fn addresses(&mut self, name: &str, host: &str, origin: &Pointer) {
        let Some(host) = self.hosts.iter().find(|known| known.name == host) else {
            return;
        };
        for address in host
            .public
            .clone()
            .into_iter()
            .chain(host.private.filter(|_| host.public.is_empty()).map(|net| net.addr()))
        {
            let kind = if matches!(address, IpAddr::V4(_)) { "A" } else { "AAAA" };
            self.put(name, kind, address.to_string(), origin);
        }
    }

    /// Two names at least, as registries ask for two; with one host both lead to it.
    fn name_servers(&mut self, issued: &Issued) {
        let origin = at(["dns"]);
        let servers: Vec<String> = self
            .servers
            .iter()
            .cycle()
            .take(self.servers.len().max(2))
            .cloned()
            .collect();
        for (index, host) in servers.iter().enumerate() {
            let name = format!("ns{}", index + 1);
            self.addresses(&name, host, &origin);
            self.put("@", "NS", format!("{name}.{}.", self.name), &origin);
        }
        let zone = self.name.clone();
        for challenge in issued.challenges.iter().filter(|name| is_within(name, &zone)) {
            let relative = self.relative(&format!("_acme-challenge.{challenge}"));
            self.put(&relative, "NS", format!("ns1.{}.", self.name), &at(["tls"]));
        }
    }

    fn routes(&mut self, written: &BTreeSet<String>) {
        let servers: Vec<(String, Pointer, String)> = self
            .hosts
            .iter()
            .flat_map(|host| {
                host.ingress
                    .iter()
                    .flat_map(|ingress| &ingress.servers)
                    .map(move |server| (host, server))
            })
            .flat_map(|(host, server)| {
                server
                    .names
                    .iter()
                    .chain(&server.redirects)
                    .map(move |name| (name.clone(), server.origin.clone(), host.name.clone()))
            })
            .collect();
        for (name, origin, host) in servers {
            let relative = self.relative(&name);
            if is_within(&name, &self.name) && !written.contains(&relative) {
                self.addresses(&relative, &host, &origin);
            }
        }
    }

    fn hosts(&mut self, written: &BTreeSet<String>) {
        for host in self.hosts {
            let name = self.relative(&format!("{}.{}", host.hostname, self.world.site.domain));
            if !written.contains(&name) && !name.contains(&self.name) {
                self.addresses(&name, &host.name, &host.origin);
            }
        }
    }

    fn wildcard(&mut self, host: &str, found: &mut Vec<Diagnostic>) {
        let origin = self.origin.child("wildcard");
        if self.hosts.iter().any(|known| known.name == host) {
            self.addresses("*", host, &origin);
            return;
        }
        found.push(
            Diagnostic::error("unknown-host", format!("there is no host `{host}`"))
                .at(&origin, "the wildcard leads to it")
                .why("Every name of the zone would resolve to nothing.")
                .help("name a host of `hosts`"),
        );
    }

    /// Only the site's own issuer may issue (CAA), unless the author says otherwise.
    fn issuers(&mut self, section: &Section) {
        let own = section
            .records
            .iter()
            .any(|(name, records)| name.as_str() == "@" && !records.caa.is_empty());
        let tls = &self.world.manifest.tls;
        if own
            || !matches!(
                tls.issuer,
                ManifestIssuer::LetsEncrypt | ManifestIssuer::LetsEncryptStaging
            )
        {
            return;
        }
        let origin = at(["tls"]);
        self.put("@", "CAA", "0 issue \"letsencrypt.org\"", &origin);
        self.put(
            "@",
            "CAA",
            if tls.wildcard || self.has_wildcard() {
                "0 issuewild \"letsencrypt.org\""
            } else {
                "0 issuewild \";\""
            },
            &origin,
        );
        let contact = format!("0 iodef \"mailto:{}\"", self.world.site.contact);
        self.put("@", "CAA", contact, &origin);
    }

    /// A route of the zone has a wildcard's certificate, though the site as a whole has none.
    fn has_wildcard(&self) -> bool {
        let mut names = self
            .hosts
            .iter()
            .flat_map(|host| &host.certificates)
            .flat_map(|certificate| &certificate.names);
        names.any(|name| name.strip_prefix("*.").is_some_and(|bare| is_within(bare, &self.name)))
    }

    fn written(&mut self, name: &str, records: &Records, origin: &Pointer) {
        let ttl = records.ttl.map(|ttl| u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX));
        let before = self.records.len();
        let Records {
            a,
            aaaa,
            cname,
            mx,
            txt,
            srv,
            caa,
            ns,
            ttl: _,
        } = records;
        a.iter()
            .for_each(|data| self.put(name, "A", data.to_string(), &origin.child("A")));
        aaaa.iter()
            .for_each(|data| self.put(name, "AAAA", data.to_string(), &origin.child("AAAA")));
        cname
            .iter()
            .for_each(|data| self.put(name, "CNAME", data.to_string(), &origin.child("CNAME")));
        mx.iter()
            .for_each(|data| self.put(name, "MX", data.to_string(), &origin.child("MX")));
        txt.iter()
            .for_each(|data| self.put(name, "TXT", data.to_string(), &origin.child("TXT")));
        srv.iter()
            .for_each(|data| self.put(name, "SRV", data.to_string(), &origin.child("SRV")));
        caa.iter()
            .for_each(|data| self.put(name, "CAA", data.to_string(), &origin.child("CAA")));
        ns.iter()
            .for_each(|data| self.put(name, "NS", data.to_string(), &origin.child("NS")));
        self.records[before..].iter_mut().for_each(|record| record.ttl = ttl);
    }
}

fn kind_rank(kind: &str) -> usize {
    ["NS", "A", "AAAA", "CNAME", "MX", "TXT", "SRV", "CAA"]
        .iter()
        .position(|known| *known == kind)
        .unwrap_or(8)
}

/// `ops@acme.example` as a zone file has it; a dot before the `@` is escaped.
fn hostmaster(contact: &str) -> String {
    let (local, domain) = contact.split_once('@').unwrap_or((contact, "invalid"));
    format!("{}.{domain}.", local.replace('.', "\\."))
}
