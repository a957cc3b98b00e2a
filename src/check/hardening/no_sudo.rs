//! Hosts that nobody can administer.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "no-sudo",
    document: include_str!("no_sudo.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let ssh = site.hosts.iter().find_map(|host| host.hardening.ssh.as_ref());
    let (Some(ssh), Some(first)) = (ssh, site.admins.first()) else {
        return Vec::new();
    };
    if site.admins.iter().any(|admin| admin.sudo) {
        return Vec::new();
    }
    let finding = Diagnostic::error(RULE.code, "nobody who can log in may become root")
        .at_key(&first.origin, "has no `sudo`")
        .at_key(&ssh.origin, "root cannot log in by itself");
    let finding = site.admins[1..].iter().fold(finding, |finding, admin| {
        finding.at_key(&admin.origin, "nor has this one")
    });
    vec![
        finding
            .why("The next change needs root, and only the provider's console would have it.")
            .help(format!(
                "write `sudo: true` for those who look after the hosts, such as `{}`",
                first.name
            )),
    ]
}
