//! sudo's rules: visudo, and the names and modes with which sudo reads them.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::layer::{Layer, each};

pub(crate) static VISUDO: Validator = Validator {
    name: "visudo",
    family: "sudo",
    needs: &[ROOT],
    takes: |file| file.under("/etc/sudoers.d") || file.at == "/etc/sudoers",
    run: |host, files| {
        let layer = Layer::of(host);
        let script = |file: &crate::native::host::File| format!("chmod 440 '{0}'; visudo -csf '{0}'", file.at);
        let mut findings = each(&layer, files, script, |line| line.ends_with(": parsed OK"));
        for file in files {
            if file.name().contains('.') || file.name().ends_with('~') {
                findings.push(Finding::new(&file.at, "sudo skips a file with this name"));
            }
            for fields in host.plan.all("file").filter(|fields| fields[0] == file.at) {
                if !matches!(fields.get(2).map(String::as_str), Some("0440" | "440")) {
                    findings.push(Finding::new(&file.at, format!("mode {:?}, not 0440", fields.get(2))));
                }
            }
        }
        findings
    },
    generic: false,
};
