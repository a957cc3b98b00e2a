//! Apps in somebody else's name.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Pointer, Site, UnitKind};

pub(super) const RULE: Rule = Rule {
    code: "system-user",
    document: include_str!("system_user.md"),
    find,
};

/// Users that the distribution or its packages make, and whose they are.
const OWNERS: [(&str, &str); 16] = [
    ("root", "the system"),
    ("daemon", "the system"),
    ("bin", "the system"),
    ("sys", "the system"),
    ("man", "the system"),
    ("mail", "the mail server"),
    ("backup", "the system"),
    ("nobody", "whatever has no user of its own"),
    ("sshd", "the SSH server"),
    ("_apt", "the package manager"),
    ("messagebus", "the message bus"),
    ("systemd-network", "the network"),
    ("systemd-resolve", "the resolver"),
    ("www-data", "the web server"),
    ("postgres", "PostgreSQL"),
    ("redis", "Redis"),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let units = site.hosts.iter().flat_map(|host| &host.units);
    once(units.filter(|unit| unit.kind == UnitKind::Service).filter_map(|unit| {
        let (_, owner) = OWNERS.iter().find(|(name, _)| *name == unit.user)?;
        let service = unit.origin.segments().nth(1)?.into_owned();
        let origin = Pointer::root().child("services").child(&service);
        Some(
            Diagnostic::warning(RULE.code, format!("`{service}` runs as `{}`", unit.user))
                .at(origin.child("user"), format!("this user belongs to {owner}"))
                .why("What one of them may read and change, the other may too, past all passwords.")
                .help(format!("leave `user` out: `{service}` gets one of its own")),
        )
    }))
}
