//! What closes the hosts: SSH, firewall, updates; and the openings that stay.

use super::{World, at};
use crate::diag::Diagnostic;
use crate::kind::Secrets;
use crate::manifest::Manifest;
use crate::site::*;

pub(super) fn admins(manifest: &Manifest) -> Vec<Admin> {
    manifest
        .admins
        .iter()
        .map(|(name, admin)| Admin {
            name: name.to_string(),
            origin: at(["admins", name.as_str()]),
            keys: admin.ssh_keys.iter().map(ToString::to_string).collect(),
            sudo: admin.sudo,
        })
        .collect()
}

pub(super) fn guard(world: &World<'_>, hosts: &mut [Host], secrets: &mut Secrets, found: &mut Vec<Diagnostic>) {
    let origin = at(["hardening"]);
    let section = world.manifest.hardening.on();
    let ssh = section.and_then(|section| section.ssh.on());
    if ssh.is_some() && world.manifest.admins.is_empty() {
        found.push(
            Diagnostic::error("no-admin", "nobody could log in any more")
                .at_key(&origin.child("ssh"), "this turns off passwords and root")
                .why("With passwords and root turned off, only a key of somebody under `admins` opens the host; there is none.")
                .help("add `admins: {NAME: {ssh_keys: [\"ssh-ed25519 …\"], sudo: true}}`, or set `hardening.ssh: false`"),
        );
    }
    for host in hosts.iter_mut() {
        host.hardening = Hardening {
            origin: origin.clone(),
            ssh: ssh.filter(|_| !world.manifest.admins.is_empty()).map(|ssh| Ssh {
                origin: origin.child("ssh"),
                port: ssh.port.get(),
                max_auth_tries: u32::from(ssh.max_auth_tries),
                login_grace_time: u32::try_from(ssh.login_grace_time.as_secs()).unwrap_or(u32::MAX),
                from: ssh.from.iter().map(|network| network.net()).collect(),
            }),
            firewall: section.is_some_and(|section| section.firewall.is_on()),
            fail2ban: section
                .and_then(|section| section.fail2ban.on())
                .map(|fail2ban| Fail2ban {
                    origin: origin.child("fail2ban"),
                    max_retry: fail2ban.max_retry,
                    find_time: fail2ban.find_time.as_secs(),
                    ban_time: fail2ban.ban_time.as_secs(),
                    ignore: fail2ban.ignore.iter().map(|network| network.net()).collect(),
                }),
            unattended_upgrades: section
                .and_then(|section| section.unattended_upgrades.on())
                .map(|upgrades| UnattendedUpgrades {
                    origin: origin.child("unattended_upgrades"),
                    reboot: upgrades.reboot.as_ref().map(ToString::to_string),
                }),
        };
        let openings = openings(host, &origin);
        host.openings.splice(0..0, openings);
    }
    registries(world, hosts, secrets);
}

/// What the host itself has open: SSH first, so that a firewall never shuts out who turns it on.
fn openings(host: &Host, origin: &Pointer) -> Vec<Opening> {
    let tcp = |origin: &Pointer, comment: &str, port: u16| Opening {
        origin: origin.clone(),
        comment: comment.to_owned(),
        protocol: Protocol::Tcp,
        ports: (port, port),
        from: Vec::new(),
        interface: None,
        limit: false,
    };
    let ssh = host.hardening.ssh.as_ref();
    let mut openings = vec![Opening {
        from: ssh.map(|ssh| ssh.from.clone()).unwrap_or_default(),
        limit: true,
        ..tcp(&origin.child("ssh"), "SSH", ssh.map_or(22, |ssh| ssh.port))
    }];
    if let Some(ingress) = &host.ingress {
        openings.push(tcp(&ingress.origin, "HTTP", 80));
        openings.push(tcp(&ingress.origin, "HTTPS", 443));
    }
    if let Some(dns) = &host.dns {
        openings.push(tcp(&dns.origin, "DNS", 53));
        openings.push(Opening {
            protocol: Protocol::Udp,
            ..tcp(&dns.origin, "DNS", 53)
        });
    }
    openings
}

/// Hosts that run containers log in to the registries that ask for it.
fn registries(world: &World<'_>, hosts: &mut [Host], secrets: &mut Secrets) {
    for host in hosts.iter_mut().filter(|host| !host.containers.is_empty()) {
        for (name, login) in &world.manifest.registries {
            let prefix = format!("{name}/");
            if !host
                .containers
                .iter()
                .any(|container| container.image.starts_with(&prefix))
            {
                continue;
            }
            let origin = at(["registries", name.as_str()]);
            let password = login.password.secret.to_string();
            secrets.need(
                &password,
                &host.name,
                &format!("registries.{name}"),
                &origin.child("password"),
            );
            host.registries.push(Registry {
                host: name.to_string(),
                origin,
                user: login.user.to_string(),
                password,
            });
        }
    }
}
