//! Backups and tests of a restore that begin together.

use crate::check::Rule;
use crate::check::backups;
use crate::diag::Diagnostic;
use crate::site::{BackupPlan, Calendar, Site};

pub(super) const RULE: Rule = Rule {
    code: "test-meets-backup",
    document: include_str!("test_meets_backup.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let plan = backups::plan(site);
    plan.and_then(together).into_iter().collect()
}

fn together(plan: &BackupPlan) -> Option<Diagnostic> {
    let test = plan.test_restore.as_ref()?;
    let meet = Calendar::new(test)?.meets(&Calendar::new(&plan.schedule)?);
    meet.then(|| {
        Diagnostic::warning(RULE.code, "a backup and a test of a restore begin in the same minute")
            .at(plan.origin.child("test_restore"), format!("`{test}`"))
            .at(plan.origin.child("schedule"), format!("`{}`", plan.schedule))
            .why("Only one of them works at a time, and a backup does not wait: when the test is first, that backup is left out.")
            .help("let the test begin some hours after the backup, as in `test_restore: \"0 5 * * 0\"`")
    })
}
