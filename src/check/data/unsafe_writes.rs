//! PostgreSQL servers that a power failure leaves with broken data.

use crate::check::Rule;
use crate::check::catalogue::switch;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "unsafe-writes",
    document: include_str!("unsafe_writes.md"),
    find,
};

/// What must be on.
const MUST: [(&str, &str); 3] = [
    (
        "autovacuum",
        "Tables grow without end, and at last the server takes no writes, as transaction ids run out.",
    ),
    (
        "fsync",
        "A crash of the host leaves data that cannot be recovered, and the running server would not tell.",
    ),
    (
        "full_page_writes",
        "A crash in the middle of a write leaves half a page: rows that are silently wrong.",
    ),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    // The author wrote that all of it may be lost.
    if site.backups_declined {
        return Vec::new();
    }
    let servers = site.services.iter().filter(|service| service.kind == "postgres");
    let mut found = Vec::new();
    for service in servers {
        for (name, why) in MUST {
            let setting = service
                .configuration
                .as_ref()
                .and_then(|configuration| configuration.setting(name));
            if let Some(setting) = setting.filter(|setting| switch(&setting.value) == Some(false)) {
                found.push(
                    Diagnostic::error(RULE.code, format!("`{name}` of `{}` is off", service.name))
                        .at(&setting.origin, format!("`{}`", setting.value))
                        .why(why)
                        .help(format!(
                            "remove `{name}`; for speed, `synchronous_commit: off` loses the last moments only"
                        )),
                );
            }
        }
    }
    found
}
