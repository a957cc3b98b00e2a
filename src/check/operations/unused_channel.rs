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
    let backups = site
        .hosts
        .iter()
        .filter_map(|host| host.backup.as_ref().map(|plan| &plan.origin));
    let watches = site
        .hosts
        .iter()
        .filter_map(|host| host.watch.as_ref().map(|watch| &watch.origin));
    let Some(first) = backups.chain(watches).next() else {
        return Vec::new();
    };
    let unused = site.channels.iter().filter(|channel| {
        !site
            .hosts
            .iter()
            .any(|host| host.told().contains(channel.name.as_str()))
    });
    unused
        .map(|channel| {
            Diagnostic::warning(RULE.code, format!("nothing writes to channel `{}`", channel.name))
                .at_key(&channel.origin, "declared here")
                .at_key(first, "it is told nothing")
                .why("Whoever declared it believes to hear of what fails, and hears nothing.")
                .help("name it in `monitoring.notify` or `backups.notify`, or remove the channel")
        })
        .collect()
}
