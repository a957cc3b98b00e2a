//! What the health check asks beside what each service says of itself.

use crate::kind::SiteNames;
use crate::site::{Calendar, Check, Host, IngressRuntime, Pointer, Probe};

/// `due` is a secret of the host that somebody has to replace or finish by a time.
pub(super) fn probes(site: &SiteNames, host: &mut Host, due: Option<&Pointer>) {
    let mut probes = Vec::new();
    let mut ask = |name: String, origin: &Pointer, check| {
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
        let (name, check) = match &ingress.runtime {
            IngressRuntime::Native => ("unit nginx".to_owned(), Check::Unit("nginx.service".into())),
            IngressRuntime::Container { name, .. } => (format!("container {name}"), Check::Container(name.clone())),
        };
        ask(name, &ingress.origin, check);
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
        let hours = oldest(&plan.schedule);
        ask("backup".into(), &plan.origin, Check::Backup { hours });
    }
    if let Some(origin) = due {
        ask("secrets".into(), origin, Check::Secrets);
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

/// Hours that the last backup may be old: from one run to the next, and as long again for the run itself and one that is late,
/// but no more than a day.
fn oldest(schedule: &str) -> u32 {
    let wait = Calendar::new(schedule).and_then(|calendar| calendar.longest_wait());
    let wait = wait.unwrap_or(24 * 60);
    (wait + wait.clamp(2 * 60, 24 * 60)).div_ceil(60)
}

#[cfg(test)]
mod tests {
    use super::oldest;

    #[test]
    fn a_backup_may_be_as_old_as_its_schedule_lets_it() {
        assert_eq!(oldest("0 2 * * *"), 48);
        assert_eq!(oldest("0 * * * *"), 3);
        assert_eq!(oldest("0 */6 * * *"), 12);
        assert_eq!(oldest("0 2 * * 0"), 192);
    }
}
