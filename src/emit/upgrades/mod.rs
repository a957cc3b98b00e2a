//! Security updates that the host installs by itself: only from the distribution's security archive, with our files kept.

use serde::Serialize;

use super::{Artifact, Emission, Emitter};
use crate::render::{Language, render};
use crate::site::{Action, EnabledUnit, Host, Os, Package, Pointer, Site, order};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "upgrades";

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    let Some(upgrades) = &host.hardening.unattended_upgrades else {
        return emission;
    };
    let view = UpgradesView {
        origin: upgrades.origin.clone(),
        contact: site.contact.clone(),
        origins: origins(host.os),
        reboot: upgrades.reboot.clone(),
    };
    let rendered = render(
        Language::Systemd,
        "upgrades/unattended",
        include_str!("unattended-upgrades.hbs"),
        &view,
    );
    emission.artifacts.push(
        Artifact::new(
            NAME,
            format!("/etc/apt/apt.conf.d/52{}-unattended-upgrades", site.name),
            rendered.text,
        )
        .triggers("apt-conf")
        .traced(rendered.lines),
    );
    emission.artifacts.push(
        Artifact::new(
            NAME,
            "/etc/apt/apt.conf.d/20auto-upgrades",
            include_str!("auto-upgrades"),
        )
        .triggers("apt-conf")
        .from([upgrades.origin.clone()]),
    );
    emission.packages.push(Package::of_distribution("unattended-upgrades"));
    emission.actions.push(Action {
        name: "apt-conf".into(),
        order: order::SYSTEM,
        check: Some("apt-config dump >/dev/null".into()),
        run: None,
        effect: "counts from the next update on".into(),
    });
    for unit in ["apt-daily.timer", "apt-daily-upgrade.timer"] {
        emission.enabled.push(EnabledUnit {
            name: unit.into(),
            order: order::SYSTEM,
        });
    }
    emission
}

#[derive(Serialize)]
struct UpgradesView {
    origin: Pointer,
    contact: String,
    origins: &'static [&'static str],
    reboot: Option<String>,
}

/// Where security updates come from; `${distro_codename}` is the host's release.
fn origins(os: Os) -> &'static [&'static str] {
    match os {
        Os::Debian12 | Os::Debian13 => &["origin=Debian,codename=${distro_codename}-security,label=Debian-Security"],
        Os::Ubuntu2204 | Os::Ubuntu2404 => &[
            "origin=Ubuntu,archive=${distro_codename}-security,label=Ubuntu",
            "origin=UbuntuESMApps,archive=${distro_codename}-apps-security",
            "origin=UbuntuESM,archive=${distro_codename}-infra-security",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{UnattendedUpgrades, fixture};

    fn text(os: Os, reboot: Option<&str>) -> String {
        let mut host = fixture::host("vps");
        host.os = os;
        host.hardening.unattended_upgrades = Some(UnattendedUpgrades {
            origin: fixture::at("/hardening/unattended_upgrades"),
            reboot: reboot.map(str::to_owned),
        });
        emit(&fixture::site(), &host).artifacts[0].content.clone()
    }

    #[test]
    fn only_security_updates_and_no_restart_unless_asked() {
        let debian = text(Os::Debian12, None);
        assert!(
            debian.contains("#clear Unattended-Upgrade::Origins-Pattern;"),
            "{debian}"
        );
        assert!(debian.contains("\"origin=Debian,codename=${distro_codename}-security,label=Debian-Security\";"));
        assert!(debian.contains("Unattended-Upgrade::Automatic-Reboot \"false\";"));
        let ubuntu = text(Os::Ubuntu2404, Some("04:00"));
        assert!(ubuntu.contains("archive=${distro_codename}-security"));
        assert!(ubuntu.contains("Unattended-Upgrade::Automatic-Reboot-Time \"04:00\";"));
    }
}
