//! Channels that nobody hears anything on.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "unused-channel",
    document: include_str!("unused_channel.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let plans = || site.hosts.iter().filter_map(|host| host.backup.as_ref());
    let Some(first) = plans().next() else {
        return Vec::new();
    };
    let unused = site
        .channels
        .iter()
        .filter(|channel| !plans().any(|plan| plan.notify.contains(&channel.name)));
    unused
        .map(|channel| {
            Diagnostic::warning(RULE.code, format!("nothing writes to channel `{}`", channel.name))
                .at_key(&channel.origin, "declared here")
                .at_key(&first.origin, "backups tell it nothing")
                .why("A backup that fails without a word is found out on the day it is needed.")
                .help(format!(
                    "write `backups: {{notify: [{}]}}`, or remove the channel",
                    channel.name
                ))
        })
        .collect()
}
