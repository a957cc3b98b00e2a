//! Scheduled jobs as `/etc/cron.d/<site>`, and the program that each of them runs under.
//!
//! cron reads schedules in the time zone of the host and knows no other, so the host's is set to the site's.

mod view;

use super::{Artifact, Emission, Emitter, Phase};
use crate::render::{Language, render};
use crate::site::{Action, Directory, EnabledUnit, Host, Package, Site, order};
use view::{CrontabView, LocksView};

pub(crate) const EMITTER: Emitter = Emitter { name: NAME, emit };
const NAME: &str = "cron";

fn emit(site: &Site, host: &Host) -> Emission {
    let mut emission = Emission::default();
    time_zone(site, host, &mut emission);
    if host.jobs.is_empty() && host.backup.is_none() {
        return emission;
    }
    runner(site, host, &mut emission);
    if !host.jobs.is_empty() {
        let view = CrontabView::new(site, host);
        let rendered = render(Language::Shell, "cron/crontab", include_str!("crontab.hbs"), &view);
        emission
            .artifacts
            .push(Artifact::new(NAME, format!("/etc/cron.d/{}", site.name), rendered.text).traced(rendered.lines));
    }
    emission
}

fn time_zone(site: &Site, host: &Host, emission: &mut Emission) {
    if site.timezone.is_empty() {
        return;
    }
    let zone = &site.timezone;
    emission.artifacts.push(
        Artifact::new(NAME, "/etc/timezone", format!("{zone}\n"))
            .triggers("time-zone")
            .from([host.origin.clone()]),
    );
    emission.packages.push(Package::of_distribution("tzdata"));
    emission.actions.push(Action {
        name: "time-zone".into(),
        order: order::SYSTEM,
        check: Some(format!("test -f /usr/share/zoneinfo/{zone}")),
        run: Some(format!(
            "ln -sfn /usr/share/zoneinfo/{zone} /etc/localtime && systemctl try-restart cron.service"
        )),
        effect: "sets the time zone of the host, and of its schedules".into(),
    });
}

/// What runs a job: under a lock of its own, with its output in the journal, and mail only when it failed.
fn runner(site: &Site, host: &Host, emission: &mut Emission) {
    let view = LocksView::new(site, host);
    let rendered = render(
        Language::Systemd,
        "cron/tmpfiles",
        include_str!("tmpfiles.conf.hbs"),
        &view,
    );
    emission.artifacts.push(
        Artifact::new(NAME, format!("/etc/tmpfiles.d/{}-jobs.conf", site.name), rendered.text)
            .phase(Phase::Identity)
            .traced(rendered.lines),
    );
    let origins = || {
        host.jobs
            .iter()
            .map(|job| job.origin.clone())
            .chain(host.backup.as_ref().map(|plan| plan.origin.clone()))
    };
    emission.artifacts.push(
        Artifact::new(
            NAME,
            format!("/usr/local/lib/{}/run-job", site.name),
            include_str!("run-job.sh"),
        )
        .mode(0o755)
        .from(origins()),
    );
    let rotate = render(Language::Shell, "cron/logrotate", include_str!("logrotate.hbs"), &view);
    emission.artifacts.push(
        Artifact::new(NAME, format!("/etc/logrotate.d/{}", site.name), rotate.text)
            .triggers("logrotate")
            .from(origins()),
    );
    emission.directories.push(Directory {
        path: format!("/var/log/{}", site.name),
        origin: host.origin.clone(),
        owner: "root".into(),
        group: "adm".into(),
        mode: 0o750,
    });
    for name in ["cron", "logrotate"] {
        emission.packages.push(Package::of_distribution(name));
    }
    emission.enabled.push(EnabledUnit {
        name: "cron.service".into(),
        order: order::MONITORING,
    });
    emission.actions.push(Action {
        name: "logrotate".into(),
        order: order::SYSTEM,
        // It ends well for an unknown option, and says so among other things only.
        check: Some(format!(
            "! logrotate -d -s /dev/null /etc/logrotate.d/{} 2>&1 | grep -E '^error:|unknown option'",
            site.name
        )),
        run: None,
        effect: "counts from the next rotation on".into(),
    });
}

#[cfg(test)]
mod tests;
