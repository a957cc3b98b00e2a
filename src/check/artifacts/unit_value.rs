//! Values that systemd passes over.

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw::{self, is_off, is_on};
use crate::diag::{Diagnostic, listing};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "unit-value",
    document: include_str!("unit_value.md"),
    find,
};

const SWITCHES: [&str; 12] = [
    "LockPersonality",
    "NoNewPrivileges",
    "PrivateDevices",
    "PrivateNetwork",
    "ProtectClock",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "RemainAfterExit",
    "RestrictRealtime",
    "RestrictSUIDSGID",
    "SendSIGKILL",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let units = site.hosts.iter().flat_map(|host| &host.units);
    once(units.flat_map(|unit| {
        let (_, settings) = raw::of_unit(unit);
        let wrong = unit
            .settings
            .iter()
            // An empty value sets it back.
            .filter(|(_, value)| !value.is_empty())
            .filter_map(|(key, value)| Some((key, value, better(key, value)?)));
        wrong
            .map(|(key, value, help)| {
                Diagnostic::error(RULE.code, format!("systemd does not take `{value}` as `{key}`"))
                    .at(settings.child(key), "not one of its values")
                    .why("systemd passes over it: what it was to do does not happen, and nothing shows that.")
                    .help(help)
            })
            .collect::<Vec<_>>()
    }))
}

/// What to write instead of a value that systemd does not take.
fn better(key: &str, value: &str) -> Option<String> {
    let one_of =
        |words: &[&str]| (!words.contains(&value)).then(|| format!("write one of {}", listing(words.iter().copied())));
    match key {
        "MemoryMax" | "MemoryHigh" | "MemoryLow" | "MemoryMin" | "MemorySwapMax" => {
            (!is_size(value)).then(|| format!("write `{}`", sized(value)))
        }
        "CPUQuota" => (!is_percentage(value)).then(|| "write hundredths of one processor, as in `150%`".to_owned()),
        "Restart" => one_of(&[
            "no",
            "always",
            "on-success",
            "on-failure",
            "on-abnormal",
            "on-abort",
            "on-watchdog",
        ]),
        "KillMode" => one_of(&["control-group", "mixed", "process", "none"]),
        _ if SWITCHES.contains(&key) => {
            (!is_on(value) && !is_off(value)).then(|| "write `\"yes\"` or `\"no\"`".to_owned())
        }
        _ => None,
    }
}

/// Several numbers with their units are added up; blanks do not count.
fn is_size(value: &str) -> bool {
    let plain: Vec<char> = value.chars().filter(|c| *c != ' ').collect();
    let is_unit = |c: char| "BKMGTPE".contains(c);
    let sum = plain.first().is_some_and(char::is_ascii_digit)
        && plain.iter().all(|c| c.is_ascii_digit() || *c == '.' || is_unit(*c))
        && !plain.windows(2).any(|pair| pair.iter().all(|c| is_unit(*c)));
    value == "infinity" || is_percentage(value) || sum
}

fn is_percentage(value: &str) -> bool {
    value.strip_suffix('%').is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The size in systemd's spelling, where it can be told: `512M` for `512MiB`.
fn sized(value: &str) -> String {
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let unit = value[end..].trim().chars().next().map(|c| c.to_ascii_uppercase());
    match unit.filter(|unit| end > 0 && "KMGT".contains(*unit)) {
        Some(unit) => format!("{}{unit}", &value[..end]),
        None => "512M".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::better;

    #[test]
    fn what_systemd_takes() {
        for (key, value) in [
            ("MemoryMax", "1G"),
            ("MemoryMax", "infinity"),
            ("MemoryHigh", "80%"),
            ("MemoryLow", "1073741824"),
            ("CPUQuota", "150%"),
            ("Restart", "always"),
            ("NoNewPrivileges", "true"),
        ] {
            assert_eq!(better(key, value), None, "{key}={value}");
        }
        for (key, value, help) in [
            ("MemoryMax", "1GiB", "write `1G`"),
            ("MemoryMax", "512mb", "write `512M`"),
            ("CPUQuota", "1.5", "write hundredths"),
            ("Restart", "unless-stopped", "write one of"),
        ] {
            assert!(better(key, value).unwrap().starts_with(help), "{key}={value}");
        }
    }
}
