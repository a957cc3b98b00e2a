//! The commands of README.md, run as they stand there.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// In a folder of its own, in which the manifest that the tour begins with is written. `TRYCMD=overwrite` mends the page.
#[test]
fn the_tour_is_true() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = folder.path().join("README.md");
    fs::copy(README, &page).expect("README.md is read");
    fs::create_dir(folder.path().join("README.in")).expect("a folder to work in");
    let cases = trycmd::TestCases::new();
    cases.register_bin("sitewright", Path::new(env!("CARGO_BIN_EXE_sitewright")));
    cases.register_bin("sed", Path::new("/usr/bin/sed"));
    cases.case(&page).run();
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        fs::copy(&page, README).expect("README.md is written");
    }
}

#[test]
fn every_relative_link_is_a_file() {
    let root = Path::new(README).parent().expect("it is in a folder");
    let text = fs::read_to_string(README).expect("README.md is read");
    let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.contains("://")) {
        assert!(root.join(link).exists(), "no {link}");
    }
}

/// The keys of a document, and of the first item of each list in it.
fn shape(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            into.push(format!("{path}/{key}"));
            shape(value, &format!("{path}/{key}"), into);
        }),
        Value::Array(list) => list
            .first()
            .into_iter()
            .for_each(|item| shape(item, &format!("{path}/0"), into)),
        _ => {}
    }
}

#[test]
fn json_is_as_documented() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let manifest = include_str!("../../site.example.yaml");
    let write = |text: String| fs::write(folder.path().join("site.yaml"), text).expect("it is writable");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_sitewright"))
            .args(arguments)
            .args(["--format", "json"])
            .current_dir(folder.path())
            .output()
            .expect("the program runs");
        serde_json::from_slice::<Value>(&output.stdout).expect("it prints JSON")
    };
    write(manifest.replace("challenge: dns-01", "challange: dns-01"));
    let checked = run(&["check"]);
    write(manifest.to_owned());
    let compiled = run(&["compile"]);
    write(manifest.replace("rate: 10r", "rate: 20r"));
    let printed = [
        checked,
        compiled,
        run(&["compile", "--check"]),
        run(&["diff"]),
        run(&["diff", "production", "staging"]),
    ];
    let text = fs::read_to_string(README).expect("README.md is read");
    let documented: Vec<Value> = text
        .split("```json\n")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split("```").next().unwrap_or_default()).expect("the page has JSON"))
        .collect();
    assert_eq!(documented.len(), printed.len());
    for (documented, printed) in documented.iter().zip(&printed) {
        let (mut said, mut is) = (Vec::new(), Vec::new());
        shape(documented, "", &mut said);
        shape(printed, "", &mut is);
        assert_eq!(said, is);
    }
}
