//! Who may log in, and how: sshd's settings, the admins' accounts and keys, sudo.
//!
//! Keys stand in files of root's, one an admin, and nowhere else: a key that left the manifest opens nothing any more, and
//! whoever gets to write into a home directory cannot let himself in again. Only members of one group may log in, and the
//! group is only asked for where an admin has a key.

mod algorithms;
mod view;

use super::{Artifact, Emission, Emitter, Phase};
use crate::render::{Language, escape, render};
use crate::site::{Action, Admin, EnabledUnit, Host, Os, Package, Pointer, Site, Ssh, order};
use view::{AdminsView, KeysView, SshdView, SudoersView};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "ssh";
const GUARD: &str = include_str!("guard.sh");

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    let Some(ssh) = &host.hardening.ssh else {
        return emission;
    };
    let admins: Vec<&Admin> = site.admins.iter().filter(|admin| !admin.keys.is_empty()).collect();
    if admins.is_empty() {
        // Closing the door to passwords here would lock everybody out; a rule refuses such a manifest.
        return emission;
    }
    accounts(site, &admins, &mut emission);
    daemon(site, host, ssh, &admins, &mut emission);
    sudo(site, &admins, &mut emission);
    emission
}

fn accounts(site: &Site, admins: &[&Admin], emission: &mut Emission) {
    let view = AdminsView::new(group(site), admins);
    let users = render(
        Language::Systemd,
        "ssh/sysusers",
        include_str!("sysusers.conf.hbs"),
        &view,
    );
    let homes = render(
        Language::Systemd,
        "ssh/tmpfiles",
        include_str!("tmpfiles.conf.hbs"),
        &view,
    );
    for (folder, rendered) in [("sysusers.d", users), ("tmpfiles.d", homes)] {
        emission.artifacts.push(
            Artifact::new(NAME, format!("/etc/{folder}/{}-admins.conf", site.name), rendered.text)
                .phase(Phase::Identity)
                .traced(rendered.lines),
        );
    }
    for admin in admins {
        let view = KeysView {
            origin: admin.origin.child("ssh_keys"),
            keys: admin.keys.clone(),
        };
        let rendered = render(
            Language::Systemd,
            "ssh/authorized_keys",
            include_str!("authorized_keys.hbs"),
            &view,
        );
        emission.artifacts.push(
            Artifact::new(
                NAME,
                format!("/etc/ssh/authorized_keys.d/{}", admin.name),
                rendered.text,
            )
            .triggers("sshd")
            .traced(rendered.lines),
        );
    }
}

fn daemon(site: &Site, host: &Host, ssh: &Ssh, admins: &[&Admin], emission: &mut Emission) {
    let view = SshdView::new(site, host.os, ssh, group(site));
    let rendered = render(
        Language::Systemd,
        "ssh/sshd_config",
        include_str!("sshd_config.hbs"),
        &view,
    );
    let guard = format!("/usr/local/lib/{}/ssh-guard", site.name);
    emission.artifacts.push(
        Artifact::new(
            NAME,
            format!("/etc/ssh/sshd_config.d/10-{}.conf", site.name),
            rendered.text,
        )
        .mode(0o600)
        .triggers("sshd")
        .traced(rendered.lines),
    );
    emission.artifacts.push(
        Artifact::new(NAME, &guard, GUARD)
            .mode(0o755)
            .triggers("sshd")
            .from([ssh.origin.clone()]),
    );
    emission.packages.push(Package::of_distribution("openssh-server"));
    let mut check = vec![guard.clone(), "check".into(), ssh.port.to_string(), group(site)];
    check.extend(admins.iter().map(|admin| admin.name.clone()));
    emission.actions.push(Action {
        name: "sshd".into(),
        order: order::SYSTEM,
        check: Some(escape::shell_words(&check)),
        run: Some(escape::shell_words(&[guard.as_str(), "reload", &site.name])),
        effect: "reloads sshd; open sessions stay".into(),
    });
    // Ubuntu 24.04 starts sshd at the first connection to this socket.
    let unit = if host.os == Os::Ubuntu2404 {
        "ssh.socket"
    } else {
        "ssh.service"
    };
    emission.enabled.push(EnabledUnit {
        name: unit.into(),
        order: order::SYSTEM,
    });
}

fn sudo(site: &Site, admins: &[&Admin], emission: &mut Emission) {
    let view = SudoersView::new(admins);
    if view.admins.is_empty() {
        return;
    }
    let rendered = render(Language::Systemd, "ssh/sudoers", include_str!("sudoers.hbs"), &view);
    let path = format!("/etc/sudoers.d/{}", site.name);
    emission.artifacts.push(
        Artifact::new(NAME, &path, rendered.text)
            .mode(0o440)
            .triggers("sudoers")
            .traced(rendered.lines),
    );
    emission.packages.push(Package::of_distribution("sudo"));
    emission.actions.push(Action {
        name: "sudoers".into(),
        order: order::SYSTEM,
        check: Some(format!("visudo -c -s -f {path} && visudo -c")),
        run: None,
        effect: "counts from the next sudo on".into(),
    });
}

/// Group of everybody who may log in.
fn group(site: &Site) -> String {
    format!("{}-admins", site.name)
}

#[cfg(test)]
mod tests;
