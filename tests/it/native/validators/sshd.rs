//! sshd: the daemon's own test of the whole configuration, and that each of our settings is the one in force.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::layer::Layer;

const FOLDER: &str = "/etc/ssh/sshd_config";

pub(crate) static SSHD: Validator = Validator {
    name: "sshd",
    family: "sshd",
    needs: &[ROOT],
    takes: |file| file.at.starts_with(FOLDER) && (file.at == FOLDER || file.ends(&[".conf"])),
    run: |host, files| {
        let layer = Layer::of(host);
        let tested = layer.run("/usr/sbin/sshd -t");
        let first = &files[0].at;
        let mut findings: Vec<Finding> = tested
            .lines(|_| false)
            .into_iter()
            .map(|line| Finding::new(first, line))
            .collect();
        let effective = layer.run("/usr/sbin/sshd -T");
        if !effective.ok() && findings.is_empty() {
            findings.push(Finding::new(first, effective.all()));
        }
        for file in files {
            for (key, value) in settings(&file.text()) {
                let wanted = format!("{key} {value}");
                let said = effective
                    .stdout
                    .lines()
                    .find(|line| line.split(' ').next() == Some(key.as_str()));
                if said.is_some_and(|line| line.to_lowercase() != wanted) {
                    findings.push(Finding::new(
                        &file.at,
                        format!("wants '{wanted}', in force is '{}'", said.unwrap_or_default()),
                    ));
                }
            }
        }
        findings
    },
    generic: false,
};

/// Global settings whose value is a plain word that sshd prints as it reads it.
fn settings(text: &str) -> Vec<(String, String)> {
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.to_lowercase().starts_with("match "));
    let pairs = lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(char::is_whitespace));
    let plain = |value: &str| value == "yes" || value == "no" || value.chars().all(|c| c.is_ascii_digit());
    pairs
        .map(|(key, value)| (key.to_lowercase(), value.trim().to_lowercase()))
        .filter(|(key, value)| {
            plain(value) && !["port", "logingracetime", "clientaliveinterval"].contains(&key.as_str())
        })
        .collect()
}
