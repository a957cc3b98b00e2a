//! Scripts: everything with a shell's first line, the installer among them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::sync::Mutex;

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::layer::Layer;
use crate::native::tools;

fn takes(file: &File) -> bool {
    let shell = file
        .interpreter()
        .is_some_and(|name| ["bash", "sh", "dash"].contains(&name.as_str()));
    shell || file.ends(&[".sh", ".bash"])
}

pub(crate) static SYNTAX: Validator = Validator {
    name: "bash-n",
    family: "shell",
    needs: &[ROOT],
    takes,
    // Filled, as the shell would read it.
    run: |host, files| {
        let layer = Layer::of(host);
        let (on_host, beside): (Vec<&File>, Vec<&File>) = files.iter().partition(|file| file.at.starts_with('/'));
        let mut findings = Vec::new();
        for file in on_host {
            let shell = file.interpreter().unwrap_or_else(|| "bash".to_owned());
            let said = layer.run(&format!("{shell} -n '{}'", file.at));
            if !said.ok() || !said.all().is_empty() {
                findings.push(Finding::new(&file.at, said.all()));
            }
        }
        for file in beside {
            let said = tools::said(std::process::Command::new("bash").arg("-n").arg(&file.disk));
            if !said.ok() {
                findings.push(Finding::new(&file.at, said.all()));
            }
        }
        findings
    },
    generic: false,
};

pub(crate) static SHELLCHECK: Validator = Validator {
    name: "shellcheck",
    family: "shell",
    needs: &["python/bin/shellcheck"],
    takes,
    run: |_, files| {
        lint(
            files,
            "python/bin/shellcheck",
            &["-o", "all", "-e", "SC2250", "-f", "gcc", "-x"],
        )
    },
    generic: false,
};

pub(crate) static SHFMT: Validator = Validator {
    name: "shfmt",
    family: "shell",
    needs: &["python/bin/shfmt"],
    takes,
    run: |_, files| lint(files, "python/bin/shfmt", &["-d", "-i", "2", "-ci", "-bn"]),
    generic: false,
};

/// A linter, and what it read.
type Linted = (&'static str, Vec<u8>);

/// Hosts share most scripts: each content is linted once.
fn lint(files: &[&File], program: &'static str, arguments: &[&str]) -> Vec<Finding> {
    static SAID: Mutex<BTreeMap<Linted, Option<String>>> = Mutex::new(BTreeMap::new());
    let mut findings = Vec::new();
    for file in files {
        let mut known = SAID.lock().expect("no test panics while it holds the lock");
        let said = known.entry((program, file.bytes())).or_insert_with(|| {
            let mut all: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
            all.push(file.disk.as_os_str());
            let said = tools::run(program, &all);
            (!said.ok()).then(|| said.all())
        });
        findings.extend(said.as_ref().map(|said| Finding::new(&file.at, said)));
    }
    findings
}
