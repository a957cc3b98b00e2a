//! nginx: the server's own test, and two linters on the configuration as the server reads it.

use std::ffi::OsStr;
use std::fs;

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::Host;
use crate::native::layer::Layer;
use crate::native::tools;

const AT: &str = "/etc/nginx/nginx.conf";

pub(crate) static NGINX: Validator = Validator {
    name: "nginx",
    family: "nginx",
    needs: &[ROOT],
    takes: |file| file.under("/etc/nginx"),
    // It says what it tests and how that went on stderr, and warns there with exit code 0.
    run: |host, _| {
        let said = Layer::of(host).run("nginx -t");
        let lines = said.lines(|line| line.ends_with("syntax is ok") || line.ends_with("test is successful"));
        lines.into_iter().map(|line| Finding::new(AT, line)).collect()
    },
    generic: false,
};

pub(crate) static GIXY: Validator = Validator {
    name: "gixy",
    family: "nginx",
    needs: &[ROOT, "python/bin/gixy"],
    takes: |file| file.under("/etc/nginx"),
    run: |host, _| gixy(host, "python/bin/gixy", &[]),
    generic: false,
};

pub(crate) static GIXY_NEXT: Validator = Validator {
    name: "gixy-next",
    family: "nginx",
    needs: &[ROOT, "gixy-next/bin/gixy"],
    takes: |file| file.under("/etc/nginx"),
    // Server-sent events need proxy_buffering off, and this linter has no way to allow it in one location.
    run: |host, _| gixy(host, "gixy-next/bin/gixy", &["--skips", "proxy_buffering_off"]),
    generic: false,
};

fn gixy(host: &Host, program: &str, more: &[&str]) -> Vec<Finding> {
    let layer = Layer::of(host);
    let dump = layer.run("nginx -T 2>/dev/null");
    if !dump.ok() {
        // The server's own test says why.
        return vec![Finding::new(AT, "nginx cannot dump it")];
    }
    let file = layer.path(&format!("/../{}.dump", program.replace('/', "+")));
    fs::write(&file, dump.stdout).expect("the layer's folder can be written");
    let mut arguments: Vec<&OsStr> = ["-f", "text"].iter().chain(more).map(OsStr::new).collect();
    arguments.push(file.as_os_str());
    let said = tools::run(program, &arguments);
    if said.ok() {
        return Vec::new();
    }
    let problems = said.stdout.split(">> Problem: ").skip(1);
    let mut findings: Vec<Finding> = problems
        .map(|problem| Finding::new(AT, problem.split("\n----").next().unwrap_or(problem)))
        .collect();
    if findings.is_empty() {
        findings.push(Finding::new(AT, said.all()));
    }
    findings
}
