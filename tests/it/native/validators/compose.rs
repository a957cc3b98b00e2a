//! Compose files: Compose itself, the specification's schema, and two linters.

use std::ffi::OsStr;

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::layer::{Layer, each};
use crate::native::tools;

fn takes(file: &File) -> bool {
    file.at.starts_with('/') && file.name().starts_with("compose.") && file.ends(&[".yaml", ".yml"])
}

pub(crate) static CONFIG: Validator = Validator {
    name: "docker-compose",
    family: "compose",
    needs: &[ROOT, "bin/docker-compose"],
    takes,
    // Warnings, such as of an unset variable, leave the exit code at 0.
    run: |host, files| {
        let layer = Layer::of(host);
        each(
            &layer,
            files,
            |file| format!("/run/native/bin/docker-compose -f '{}' config -q", file.at),
            |_| false,
        )
    },
    generic: false,
};

pub(crate) static SCHEMA: Validator = Validator {
    name: "compose-spec",
    family: "compose",
    needs: &["python/bin/check-jsonschema"],
    takes,
    run: |_, files| {
        lint(
            files,
            "python/bin/check-jsonschema",
            &["--builtin-schema", "vendor.compose-spec"],
        )
    },
    generic: false,
};

pub(crate) static LINT: Validator = Validator {
    name: "compose-lint",
    family: "compose",
    needs: &["python/bin/compose-lint"],
    takes,
    run: |_, files| {
        // A name that a file does not have is a mistake to this linter.
        let has = |service: &str| {
            let line = format!("\n  {service}:\n");
            files.iter().any(|file| file.text().contains(&line))
        };
        // The manifest waives it by a rule of ours, which says so and why.
        let has_engine = files.iter().any(|file| file.text().contains("/var/run/docker.sock"));
        let config = tools::config(match (has("ingress"), has("cache-sentinel")) {
            _ if has_engine => "compose-lint-engine.yml",
            (false, false) => "compose-lint.yml",
            (true, false) => "compose-lint-ingress.yml",
            (false, true) => "compose-lint-sentinel.yml",
            (true, true) => "compose-lint-ingress-sentinel.yml",
        });
        let config = config.to_str().expect("the project's path is text");
        let arguments = [
            "check",
            "--fail-on",
            "low",
            "--skip-suppressed",
            "--strict-config",
            "--config",
            config,
        ];
        lint(files, "python/bin/compose-lint", &arguments)
    },
    generic: false,
};

pub(crate) static DCLINT: Validator = Validator {
    name: "dclint",
    family: "compose",
    needs: &["node/node_modules/.bin/dclint"],
    takes,
    run: |_, files| {
        // It takes one port at two host addresses for one port twice; our own rules compare addresses as well.
        let off = "no-duplicate-exported-ports";
        let arguments = ["--disable-rule", off, "--max-warnings", "0", "--color=false"];
        lint(files, "node/node_modules/.bin/dclint", &arguments)
    },
    generic: false,
};

/// These read the file as it is in the bundle: a placeholder is as good as a secret to them.
fn lint(files: &[&File], program: &str, arguments: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        all.push(file.disk.as_os_str());
        let said = tools::run(program, &all);
        if !said.ok() {
            findings.push(Finding::new(&file.at, said.all()));
        }
    }
    findings
}
