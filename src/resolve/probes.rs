//! What the health check asks beside what each service says of itself.

use crate::kind::SiteNames;
use crate::site::{Check, Host, Probe};

pub(super) fn probes(site: &SiteNames, host: &mut Host) {
    let mut probes = Vec::new();
    let mut ask = |name: String, origin: &crate::site::Pointer, check| {
        probes.push(Probe {
            name,
            origin: origin.clone(),
            check,
        })
    };
    for tunnel in &host.tunnels {
        let unit = format!("wg-quick@{}.service", tunnel.name);
        ask(format!("tunnel {}", tunnel.name), &tunnel.origin, Check::Unit(unit));
    }
    if let Some(ingress) = &host.ingress {
        ask(
            "unit nginx".into(),
            &ingress.origin,
            Check::Unit("nginx.service".into()),
        );
    }
    if let Some(dns) = &host.dns {
        for zone in &dns.zones {
            ask(
                format!("zone {}", zone.name),
                &zone.origin,
                Check::Dns {
                    zone: zone.name.clone(),
                },
            );
        }
    }
    for certificate in &host.certificates {
        let path = format!("/etc/{}/tls/{}/fullchain.pem", site.name, certificate.name);
        ask(
            format!("certificate {}", certificate.name),
            &certificate.origin,
            Check::Certificate { path, days: 14 },
        );
    }
    if let Some(plan) = &host.backup {
        ask("backup".into(), &plan.origin, Check::Backup { hours: 48 });
    }
    ask(
        "disk /".into(),
        &host.origin,
        Check::Disk {
            path: "/".into(),
            percent: 90,
        },
    );
    ask("memory".into(), &host.origin, Check::Memory { available: 10 });
    host.probes.extend(probes);
}
