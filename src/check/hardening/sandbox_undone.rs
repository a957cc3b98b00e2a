//! Units without walls.

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "sandbox-undone",
    document: include_str!("sandbox_undone.md"),
    find,
};

/// Walls that no program of a site has a reason to do without, and what is behind them.
const WALLS: [(&str, &str); 9] = [
    ("NoNewPrivileges", "it may gain rights by setuid programs"),
    ("ProtectSystem", "it may write the whole system"),
    ("ProtectKernelTunables", "it may change the kernel's settings"),
    ("ProtectKernelModules", "it may load kernel modules"),
    (
        "ProtectControlGroups",
        "it may change limits, its own and those of others",
    ),
    ("ProtectClock", "it may set the clock"),
    ("RestrictSUIDSGID", "it may make setuid programs"),
    (
        "RestrictNamespaces",
        "it may make namespaces, where most kernel exploits begin",
    ),
    ("PrivateTmp", "it shares /tmp with everybody"),
];
/// Capabilities that are root in other words.
const CAPABILITIES: [&str; 6] = [
    "CAP_SYS_ADMIN",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_PTRACE",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    once(site.hosts.iter().flat_map(|host| &host.units).filter_map(|unit| {
        let (service, settings) = raw::of_unit(unit);
        let undone: Vec<(&str, &str)> = unit
            .settings
            .iter()
            .filter_map(|(key, value)| Some((key.as_str(), undoes(key, value)?)))
            .collect();
        let (first, _) = undone.first()?;
        let title = format!("`{service}` runs without what keeps it from the rest of the host");
        let finding = undone
            .iter()
            .fold(Diagnostic::warning(RULE.code, title), |finding, (key, what)| {
                finding.at_key(&settings.child(key), *what)
            });
        Some(
            finding
                .why("Whoever finds a hole in this program has the host, not only what the program may do.")
                .help(format!(
                    "remove it: what it writes goes under `data`, a low port needs only CAP_NET_BIND_SERVICE; or say why it must be: `waive: {{{}: {{{}: \"…\"}}}}`",
                    settings.child(first).dotted(),
                    RULE.code
                )),
        )
    }))
}

fn undoes(key: &str, value: &str) -> Option<&'static str> {
    if let Some((_, what)) = WALLS.iter().find(|(wall, _)| *wall == key) {
        return raw::is_off(value).then_some(what);
    }
    match key {
        "User" => matches!(value, "root" | "0").then_some("it is root"),
        "SystemCallFilter" => value.is_empty().then_some("it may ask the kernel for anything"),
        "CapabilityBoundingSet" | "AmbientCapabilities" => {
            let all_but = value.starts_with('~');
            let strong = value.split_whitespace().any(|word| CAPABILITIES.contains(&word));
            (all_but || strong).then_some("these capabilities are as much as root")
        }
        _ => None,
    }
}
