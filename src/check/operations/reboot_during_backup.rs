//! Backups that are cut off.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Calendar, Site};

pub(super) const RULE: Rule = Rule {
    code: "reboot-during-backup",
    document: include_str!("reboot_during_backup.md"),
    find,
};

const DAY: u32 = 24 * 60;
/// Minutes that a backup is given.
const WINDOW: u32 = 60;

fn find(site: &Site) -> Vec<Diagnostic> {
    once(site.hosts.iter().filter_map(|host| {
        let plan = host.backup.as_ref()?;
        let upgrades = host.hardening.unattended_upgrades.as_ref()?;
        let reboot = upgrades.reboot.as_ref()?;
        let at = minutes(reboot)?;
        let since = Calendar::new(&plan.schedule)?
            .times()
            .map(|start| (at + DAY - start) % DAY)
            .min()
            .filter(|since| *since < WINDOW)?;
        Some(
            Diagnostic::warning(
                RULE.code,
                format!("a restart at {reboot} would cut off a backup that began {since} minutes before"),
            )
            .at(upgrades.origin.child("reboot"), "restarts then, if an update needs it")
            .at(plan.origin.child("schedule"), "begins then")
            .why("The copy of that night is missing, and it is a night on which something was changed.")
            .help("move one of them, so that the backup has two hours for itself"),
        )
    }))
}

/// Minutes of `04:00` since midnight.
fn minutes(time: &str) -> Option<u32> {
    let (hours, minutes) = time.split_once(':')?;
    Some(hours.parse::<u32>().ok()? * 60 + minutes.parse::<u32>().ok()?)
}
