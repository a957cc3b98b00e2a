//! cron: `crontab -n` for the times, and what it lets through: a bare `%`, an unknown user, a file name that cron skips.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::layer::Layer;

pub(crate) static CRON: Validator = Validator {
    name: "cron",
    family: "cron",
    needs: &[ROOT],
    takes: |file| file.under("/etc/cron.d") || file.at == "/etc/crontab",
    run: |host, files| {
        let layer = Layer::of(host);
        let mut findings = Vec::new();
        let users = layer.run("cut -d: -f1 /etc/passwd").stdout;
        for file in files {
            for message in complaints(file, &users) {
                findings.push(Finding::new(&file.at, message));
            }
            // A user's table has no user in it.
            let said = layer.run(&format!(
                r"sed -E '/^\s*(#|$|[A-Za-z_]+\s*=)/!s/^\s*(@\S+|(\S+\s+){{4}}\S+)\s+\S+\s+/\1 /' '{}' >/run/table; crontab -n /run/table",
                file.at
            ));
            if !said.ok() {
                findings.push(Finding::new(&file.at, said.all()));
            }
        }
        findings
    },
    generic: false,
};

fn complaints(file: &File, users: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !file
        .name()
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    {
        found.push("cron skips a file with this name".to_owned());
    }
    let text = file.text();
    if !text.ends_with('\n') {
        found.push("cron wants a newline at the end".to_owned());
    }
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0].contains('=') {
            continue;
        }
        let times = if words[0].starts_with('@') { 1 } else { 5 };
        let Some((user, command)) = words
            .get(times)
            .zip(words.get(times + 1..).filter(|rest| !rest.is_empty()))
        else {
            found.push(format!("no user and command in: {line}"));
            continue;
        };
        if !users.lines().any(|known| known == *user) {
            found.push(format!("no user '{user}'"));
        }
        let command = command.join(" ");
        if command.replace("\\%", "").contains('%') {
            found.push(format!("cron makes a newline of the bare % in: {command}"));
        }
        if !command.starts_with('/') && !command.starts_with('[') && !text.contains("PATH=") {
            found.push(format!("no absolute path and no PATH: {command}"));
        }
    }
    found
}
