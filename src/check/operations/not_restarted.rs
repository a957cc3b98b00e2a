//! Services that stay down.

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site, UnitKind};

pub(super) const RULE: Rule = Rule {
    code: "not-restarted",
    document: include_str!("not_restarted.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let containers = site
        .hosts
        .iter()
        .flat_map(|host| &host.containers)
        .filter_map(|container| {
            let policy = raw::word(container.settings.get("restart")?)?;
            // With a limit: `on-failure:5`.
            let name = policy.split(':').next().unwrap_or(&policy);
            (raw::is_off(name) || name == "on-failure").then(|| {
                let origin = raw::settings(&container.service).child("restart");
                finding(&container.service, &origin, &policy, "after a reboot")
            })
        });
    let units = site.hosts.iter().flat_map(|host| &host.units);
    let units = units.filter(|unit| unit.kind == UnitKind::Service).filter_map(|unit| {
        let (_, value) = unit.settings.iter().rev().find(|(key, _)| key == "Restart")?;
        let (service, settings) = raw::of_unit(unit);
        raw::is_off(value).then(|| finding(&service, &settings.child("Restart"), value, "after a crash"))
    });
    once(containers.chain(units))
}

fn finding(service: &str, origin: &Pointer, policy: &str, when: &str) -> Diagnostic {
    Diagnostic::warning(RULE.code, format!("`{service}` stays down {when}"))
        .at(origin, format!("`{policy}`"))
        .why("It is down until somebody notices, and starts it by hand.")
        .help("leave this setting out: it is started again unless somebody stops it")
}
