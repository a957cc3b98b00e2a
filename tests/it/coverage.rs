//! What the systems asked for: each row of a site's COVERAGE.md names a file of its bundle, and words that the file holds.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_row_is_answered_by_its_file() {
    let sites = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites");
    let mut rows = 0;
    let mut wrong = Vec::new();
    for site in fs::read_dir(&sites).unwrap() {
        let site = site.unwrap().path();
        let Ok(page) = fs::read_to_string(site.join("COVERAGE.md")) else {
            continue;
        };
        for line in page.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
            let code: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
            let [file, words] = code[..] else {
                panic!("{}: a row has a file and words, in backquotes: {line}", site.display());
            };
            rows += 1;
            let path = in_full(&site.join("out"), file);
            match fs::read_to_string(&path) {
                Ok(text) if text.contains(words) => {}
                Ok(_) => wrong.push(format!("{} lacks `{words}`", path.display())),
                Err(error) => wrong.push(format!("{}: {error}", path.display())),
            }
        }
    }
    assert!(rows > 0, "no site has a COVERAGE.md");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `P` and `S` stand for the files of an environment's only host.
fn in_full(out: &Path, file: &str) -> PathBuf {
    let (environment, rest) = match file.split_once('/') {
        Some(("P", rest)) => ("production", rest),
        Some(("S", rest)) => ("staging", rest),
        _ => return out.join(file),
    };
    let folders = fs::read_dir(out.join(environment)).unwrap();
    let hosts: Vec<PathBuf> = folders
        .map(|entry| entry.unwrap().path().join("rootfs"))
        .filter(|path| path.is_dir())
        .collect();
    let [host] = &hosts[..] else {
        panic!("{}: {environment} has {} hosts", out.display(), hosts.len());
    };
    host.join(rest)
}
