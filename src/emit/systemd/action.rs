//! What `install.sh` does about units.

use super::{file_name, running};
use crate::render::escape::shell;
use crate::site::{Action, Host, Os, Unit, UnitKind, order};

/// One-shots take a change into use the next time they are started.
pub(super) fn has_restart(unit: &Unit) -> bool {
    unit.kind == UnitKind::Service && unit.calendar.is_empty()
}

/// Restarts what runs; what does not run is started by its record in the plan.
pub(super) fn restart(unit: &Unit) -> Option<Action> {
    if !has_restart(unit) {
        return None;
    }
    let names = running(unit);
    let run = if names.len() == 1 {
        format!("systemctl try-restart {}", shell(&names[0]))
    } else {
        let instances: Vec<String> = unit.instances.iter().map(|instance| shell(instance)).collect();
        let name = shell(&unit.name);
        format!(
            "for i in {}; do systemctl try-restart {name}@\"$i\".service || exit 1; {}done",
            instances.join(" "),
            wait(unit)
        )
    };
    let effect = match names.len() {
        1 => format!("restarts {}", names[0]),
        count => format!("restarts the {count} instances of {}, one after another", unit.name),
    };
    Some(Action {
        name: unit.name.clone(),
        order: order::APPS,
        check: None,
        run: Some(run),
        effect,
    })
}

/// The next instance is restarted once this one listens again, or after a minute all the same; and when nginx, which leaves
/// one that refused out for two seconds, is back at it. If this one ends instead, the next serves on as it is.
fn wait(unit: &Unit) -> String {
    let ports: Vec<String> = unit.ports.iter().map(ToString::to_string).collect();
    if ports != unit.instances {
        return String::new();
    }
    format!(
        "u={}@\"$i\".service; if systemctl -q is-active \"$u\"; then timeout 60 bash -c 'until (: </dev/tcp/127.0.0.1/\"$1\") 2>/dev/null; do sleep 0.2; systemctl -q is-active \"$2\" || exit; done' - \"$i\" \"$u\" || [[ $? == 124 ]] || {{ echo \"$u does not come up; the next instance is left as it is\"; exit 1; }}; sleep 3; fi; ",
        shell(&unit.name)
    )
}

/// `systemd-analyze verify` exits 0 on unknown keys, so that what it says of our units counts. A program that is not there
/// yet is one of a release that is not deployed yet.
pub(super) fn reload(host: &Host) -> Action {
    let files: Vec<String> = host
        .units
        .iter()
        .map(|unit| shell(&format!("/etc/systemd/system/{}", file_name(unit))))
        .collect();
    let timers = host.units.iter().filter(|unit| !unit.calendar.is_empty());
    let files: Vec<String> = files
        .into_iter()
        .chain(timers.map(|unit| shell(&format!("/etc/systemd/system/{}.timer", unit.name))))
        .collect();
    let names: Vec<String> = host
        .units
        .iter()
        .map(|unit| format!("-e {}", shell(&unit.name)))
        .collect();
    // Units of others, which ours depend on, have findings of their own.
    let alone = if host.os == Os::Ubuntu2204 {
        ""
    } else {
        " --recursive-errors=no"
    };
    let check = (!files.is_empty()).then(|| {
        format!(
            "! systemd-analyze verify --man=no{alone} {} 2>&1 | grep -F {} | grep -v 'is not executable: No such file'",
            files.join(" "),
            names.join(" ")
        )
    });
    Action {
        name: super::NAME.to_owned(),
        order: order::SYSTEM,
        check,
        run: Some("systemctl daemon-reload".to_owned()),
        effect: "reloads the units of systemd".to_owned(),
    }
}
