//! Secrets in the bundle: there must be none, placeholders only.

use std::ffi::OsStr;

use super::Validator;
use crate::native::finding::Finding;
use crate::native::tools;

pub(crate) static GITLEAKS: Validator = Validator {
    name: "gitleaks",
    family: "leaks",
    needs: &["python/bin/gitleaks"],
    takes: |_| true,
    run: |host, _| {
        let arguments = [
            "dir",
            "--no-banner",
            "--no-color",
            "--redact",
            "--verbose",
            "--log-level",
            "warn",
        ];
        let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        all.push(host.dir.as_os_str());
        let said = tools::run("python/bin/gitleaks", &all);
        if said.ok() {
            Vec::new()
        } else {
            vec![Finding::new("..", said.all())]
        }
    },
    generic: true,
};
