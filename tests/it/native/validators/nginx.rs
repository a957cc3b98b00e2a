//! nginx: the server's own test, and two linters on the configuration as the server reads it.

use std::ffi::OsStr;
use std::fs;

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::{File, Host};
use crate::native::layer::Layer;
use crate::native::tools;

const AT: &str = "nginx.conf";
const IMAGE: &str = "image-nginx";

/// Files of a server on the host itself, or of one in a container.
fn takes(file: &File) -> bool {
    let mut parts = file.at.split('/').skip(3);
    file.under("/etc/nginx") || parts.next() == Some("nginx") && parts.next().is_some()
}

/// Calls the server as its host does.
fn nginx(host: &Host, options: &str) -> String {
    let site = host.site();
    let main = format!("/etc/{site}/nginx/nginx.conf");
    if host.files.iter().all(|file| file.at != main) {
        return format!("nginx {options}");
    }
    format!(
        "tar -C / -c etc/{site}/nginx etc/{site}/tls | docker run --entrypoint /bin/sh nginx \
         -c 'tar -x -o -C / && exec nginx -c {main} {options}'"
    )
}

pub(crate) static NGINX: Validator = Validator {
    name: "nginx",
    family: "nginx",
    needs: &[ROOT, IMAGE],
    takes,
    // It says what it tests and how that went on stderr, and warns there with exit code 0.
    run: |host, _| {
        let said = Layer::of(host).run(&nginx(host, "-t"));
        let lines = said.lines(|line| line.ends_with("syntax is ok") || line.ends_with("test is successful"));
        lines.into_iter().map(|line| Finding::new(AT, line)).collect()
    },
    generic: false,
};

pub(crate) static GIXY: Validator = Validator {
    name: "gixy",
    family: "nginx",
    needs: &[ROOT, IMAGE, "python/bin/gixy"],
    takes,
    run: |host, _| gixy(host, "python/bin/gixy", &[]),
    generic: false,
};

pub(crate) static GIXY_NEXT: Validator = Validator {
    name: "gixy-next",
    family: "nginx",
    needs: &[ROOT, IMAGE, "gixy-next/bin/gixy"],
    takes,
    // Server-sent events need proxy_buffering off, and this linter has no way to allow it in one location.
    run: |host, _| gixy(host, "gixy-next/bin/gixy", &["--skips", "proxy_buffering_off"]),
    generic: false,
};

fn gixy(host: &Host, program: &str, more: &[&str]) -> Vec<Finding> {
    let layer = Layer::of(host);
    let dump = layer.run(&format!("{} 2>/dev/null", nginx(host, "-T")));
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
