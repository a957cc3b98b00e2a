//! Workflows of forges: what they mean, what they risk, and whether their keys are known.

use std::ffi::OsStr;

use super::Validator;
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::tools;

fn takes(file: &File) -> bool {
    file.at.contains("/workflows/") && file.ends(&[".yaml", ".yml"])
}

fn each(files: &[&File], program: &str, arguments: &[&OsStr]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let mut all = arguments.to_vec();
        all.push(file.disk.as_os_str());
        let said = tools::run(program, &all);
        if !said.ok() {
            findings.push(Finding::new(&file.at, said.all()));
        }
    }
    findings
}

/// It reads the scripts in them by shellcheck.
pub(crate) static ACTIONLINT: Validator = Validator {
    name: "actionlint",
    family: "actions",
    needs: &["bin/actionlint", "python/bin/shellcheck"],
    takes,
    run: |_, files| {
        let shellcheck = tools::dir().join("python/bin/shellcheck");
        let arguments = ["-no-color", "-pyflakes=", "-shellcheck"].map(OsStr::new);
        let mut arguments = arguments.to_vec();
        arguments.push(shellcheck.as_os_str());
        each(files, "bin/actionlint", &arguments)
    },
    generic: false,
};

pub(crate) static ZIZMOR: Validator = Validator {
    name: "zizmor",
    family: "actions",
    needs: &["python/bin/zizmor"],
    takes,
    run: |_, files| {
        let arguments = [
            "--offline",
            "--persona=pedantic",
            "--quiet",
            "--color=never",
            "--no-config",
        ];
        each(files, "python/bin/zizmor", &arguments.map(OsStr::new))
    },
    generic: false,
};

pub(crate) static SCHEMA: Validator = Validator {
    name: "workflow-schema",
    family: "actions",
    needs: &["python/bin/check-jsonschema"],
    takes,
    run: |_, files| {
        let arguments = ["--builtin-schema", "vendor.github-workflows"];
        each(files, "python/bin/check-jsonschema", &arguments.map(OsStr::new))
    },
    generic: false,
};
