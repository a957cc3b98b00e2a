//! Folders that two services want for themselves.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Directory, Host, Site};

pub(super) const RULE: Rule = Rule {
    code: "two-owners",
    document: include_str!("two_owners.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for host in &site.hosts {
        found.extend(claimed(host));
    }
    // The same services may be on several hosts.
    once(found)
}

fn claimed(host: &Host) -> Vec<Diagnostic> {
    let mut directories: Vec<&Directory> = host.directories.iter().collect();
    directories.sort_by(|a, b| a.path.cmp(&b.path));
    let pairs = directories.iter().zip(directories.iter().skip(1));
    pairs
        .filter(|(first, second)| first.path == second.path && first.owner != second.owner)
        .map(|(first, second)| {
            let title = format!(
                "`{}` would belong to both `{}` and `{}`",
                first.path, first.owner, second.owner
            );
            Diagnostic::error(RULE.code, title)
                .at(&second.origin, format!("`{}` writes here", second.owner))
                .at(&first.origin, format!("and `{}` here", first.owner))
                .why("A folder has one owner, and the other one could not write.")
                .help("give each a folder of its own, or let both services run as one `user`")
        })
        .collect()
}
