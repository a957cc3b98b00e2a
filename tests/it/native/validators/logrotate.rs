//! logrotate: a dry run of each file, and one of all with the packages' own, which finds what is rotated twice.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::layer::{Layer, each};

pub(crate) static LOGROTATE: Validator = Validator {
    name: "logrotate",
    family: "logrotate",
    needs: &[ROOT],
    takes: |file| file.under("/etc/logrotate.d") || file.at == "/etc/logrotate.conf",
    run: |host, files| {
        let layer = Layer::of(host);
        let mut findings = each(
            &layer,
            files,
            |file| format!("cd /run; logrotate -d -s /run/state '{}' 2>&1", file.at),
            |line| !is_bad(line),
        );
        let all = layer.run("logrotate -d -s /run/state /etc/logrotate.conf 2>&1");
        let lines = all.lines(|line| !is_bad(line));
        findings.extend(
            lines
                .into_iter()
                .map(|line| Finding::new(&files[0].at, format!("with all others: {line}"))),
        );
        findings
    },
    generic: false,
};

/// An unknown option leaves the exit code at 0.
fn is_bad(line: &str) -> bool {
    let dry = line.contains("in debug mode does nothing");
    !dry && (line.starts_with("error:") || line.starts_with("warning:") || line.contains("unknown option"))
}
