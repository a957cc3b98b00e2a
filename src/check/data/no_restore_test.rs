//! Backups that nobody ever tried to restore.

use crate::check::Rule;
use crate::check::backups;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "no-restore-test",
    document: include_str!("no_restore_test.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let plan = backups::plan(site);
    plan.filter(|plan| plan.test_restore.is_none())
        .map(|plan| {
            Diagnostic::warning(RULE.code, "nobody tries whether the backups can be restored")
                .at_key(&plan.origin, "made, and never read")
                .why("That a dump is empty or a password is wrong would be found out on the day it is needed.")
                .help("add `test_restore: \"0 5 * * 0\"` to `backups`: each source is restored to a scratch place and looked at")
        })
        .into_iter()
        .collect()
}
