//! What the systems asked for: each row of a site's COVERAGE.md names a file of its bundle, and words that the file holds.

use std::fs;
use std::path::Path;

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
            let path = site.join("out").join(in_full(file));
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

/// `P` and `S` stand for the files of a host.
fn in_full(file: &str) -> String {
    match file.split_once('/') {
        Some(("P", rest)) => format!("production/vps/rootfs/{rest}"),
        Some(("S", rest)) => format!("staging/vps/rootfs/{rest}"),
        _ => file.to_owned(),
    }
}
