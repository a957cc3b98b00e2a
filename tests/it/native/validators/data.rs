//! Plain data: YAML, JSON, environment files and kernel settings.

use std::ffi::OsStr;

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::layer::{Layer, each};
use crate::native::tools;

pub(crate) static YAML: Validator = Validator {
    name: "yamllint",
    family: "data",
    needs: &["python/bin/yamllint"],
    takes: |file| file.ends(&[".yaml", ".yml", ".lock"]),
    run: |_, files| {
        let config = tools::config("yamllint.yml");
        let mut findings = Vec::new();
        for file in files {
            let arguments = [
                OsStr::new("-s"),
                OsStr::new("-f"),
                OsStr::new("parsable"),
                OsStr::new("-c"),
                config.as_os_str(),
                file.disk.as_os_str(),
            ];
            let said = tools::run("python/bin/yamllint", &arguments);
            if !said.ok() {
                findings.push(Finding::new(&file.at, said.all()));
            }
        }
        findings
    },
    generic: false,
};

pub(crate) static JSON: Validator = Validator {
    name: "json",
    family: "data",
    needs: &["python/bin/python"],
    takes: |file| file.ends(&[".json"]),
    run: |_, files| {
        let mut findings = Vec::new();
        for file in files {
            let arguments = [
                OsStr::new("-m"),
                OsStr::new("json.tool"),
                file.disk.as_os_str(),
                OsStr::new("/dev/null"),
            ];
            let said = tools::run("python/bin/python", &arguments);
            if !said.ok() {
                findings.push(Finding::new(&file.at, said.all()));
            }
        }
        findings
    },
    generic: false,
};

pub(crate) static ENVIRONMENT: Validator = Validator {
    name: "env",
    family: "data",
    needs: &[],
    takes: |file| file.at.starts_with('/') && file.ends(&[".env"]),
    run: |_, files| {
        let mut findings = Vec::new();
        for file in files {
            let mut seen = Vec::new();
            for line in file
                .text()
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
            {
                let name = line.split('=').next().unwrap_or_default();
                let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
                if !line.contains('=') || !starts || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    findings.push(Finding::new(&file.at, format!("no assignment: {line}")));
                } else if seen.contains(&name.to_owned()) {
                    findings.push(Finding::new(&file.at, format!("{name} stands twice")));
                }
                seen.push(name.to_owned());
                let value = line.split_once('=').map_or("", |(_, value)| value);
                if !is_word(value) && !is_quoted(value) {
                    findings.push(Finding::new(
                        &file.at,
                        format!("{name}: a value with special characters wants double quotes"),
                    ));
                }
            }
        }
        findings
    },
    generic: false,
};

/// What certbot's plugins read: `key = value`, and nothing that is a list or a comment to them.
pub(crate) static CREDENTIALS: Validator = Validator {
    name: "credentials",
    family: "data",
    needs: &[],
    takes: |file| file.at.starts_with('/') && file.ends(&[".ini"]),
    run: |_, files| {
        let lines = |file: &&File| -> Vec<Finding> {
            let text = file.text();
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let wrong = lines.filter(|line| {
                let value = line.split_once(" = ").map(|(_, value)| value);
                value.is_none_or(|value| value.is_empty() || value.contains([',', '#', '"', '\'']))
            });
            wrong
                .map(|line| Finding::new(&file.at, format!("no assignment: {line}")))
                .collect()
        };
        files.iter().flat_map(lines).collect()
    },
    generic: false,
};

/// Read alike with and without quotes.
fn is_word(value: &str) -> bool {
    value.chars().all(|c| c.is_alphanumeric() || "_-./:,@%+=~".contains(c))
}

/// One double-quoted string, with nothing in it that would end it.
fn is_quoted(value: &str) -> bool {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut escaped = false;
    for c in inner.chars() {
        if c == '"' && !escaped {
            return false;
        }
        escaped = c == '\\' && !escaped;
    }
    !escaped
}

pub(crate) static SYSCTL: Validator = Validator {
    name: "sysctl",
    family: "data",
    needs: &[ROOT],
    takes: |file| file.under("/etc/sysctl.d"),
    run: |host, files| {
        let script = |file: &File| {
            format!(
                "grep -vE '^\\s*([#;]|$)' '{}' | while IFS='=' read -r k v; do k=${{k//[- ]/}}; \
                 [ -n \"$v\" ] && [ -e \"/proc/sys/${{k//.//}}\" ] || echo \"no such setting: $k\"; done",
                file.at
            )
        };
        each(&Layer::of(host), files, script, |_| false)
    },
    generic: false,
};

pub(crate) static CURL: Validator = Validator {
    name: "curl",
    family: "data",
    needs: &[ROOT],
    takes: |file| file.ends(&[".curl"]),
    // It reads the whole file before it says its version.
    run: |host, files| {
        each(
            &Layer::of(host),
            files,
            |file| format!("curl --config '{}' --version >/dev/null", file.at),
            |_| false,
        )
    },
    generic: false,
};

pub(crate) static TIME_ZONE: Validator = Validator {
    name: "timezone",
    family: "data",
    needs: &[ROOT],
    takes: |file| file.at == "/etc/timezone",
    run: |host, files| {
        let script = |file: &File| {
            format!(
                "zone=$(cat '{0}'); test -f \"/usr/share/zoneinfo/$zone\" || echo \"no zone $zone\"",
                file.at
            )
        };
        each(&Layer::of(host), files, script, |_| false)
    },
    generic: false,
};
