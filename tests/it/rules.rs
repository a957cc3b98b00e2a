//! The documents of all codes: there is one for each, and what it says is true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use camino::Utf8Path;
use sitewright::diag::Report;
use sitewright::resolve::Lock;
use sitewright::{Compiler, check};

/// Codes of which a document cannot show a failing manifest.
const WITHOUT_EXAMPLE: [&str; 2] = [
    "pattern-too-wide", // takes a hundred thousand files
    "repeated-value",   // no list of the language minds yet
];

/// What a block of a document leaves out.
const REST: [(&str, &str); 3] = [
    ("sitewright:", "sitewright: 1\n"),
    (
        "site:",
        "site: {name: acme, domain: acme.example, contact: ops@acme.example}\n",
    ),
    (
        "hosts:",
        "hosts: {vps: {address: 203.0.113.10, os: debian-12, size: {cpus: 2, memory: 4GiB, disk: 40GiB}}}\n",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Text of the program without its tests.
fn program(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

pub(crate) fn sources() -> Vec<(String, String)> {
    let folder = root().join("src");
    let mut files: Vec<_> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| (path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned(), path))
        .filter(|(name, _)| !name.ends_with("tests.rs") && !name.contains("tests/") && !name.ends_with("fixture.rs"))
        .map(|(name, path)| (name, program(&path)))
        .collect();
    files.sort();
    files
}

/// The code that a call names: `Diagnostic::error("code", …)`, `refuse("code", …)`, `code: "code"` of a rule.
fn codes_of(text: &str) -> Vec<String> {
    let callers = [
        "Diagnostic::error(",
        "Diagnostic::warning(",
        "refuse(",
        "Rule { code: ",
        "Rule {\n    code: ",
    ];
    let mut codes = Vec::new();
    for caller in callers {
        for (at, _) in text.match_indices(caller) {
            let argument = text[at + caller.len()..].trim_start();
            let Some(code) = argument.strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
                continue;
            };
            if code.contains('-')
                && code
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            {
                codes.push(code.to_owned());
            }
        }
    }
    codes
}

#[test]
fn every_code_has_a_document_and_every_document_a_code() {
    let documents: BTreeSet<String> = check::codes().map(str::to_owned).collect();
    let used: BTreeSet<String> = sources().iter().flat_map(|(_, text)| codes_of(text)).collect();
    assert_eq!(documents, used, "the documents of src/check and the codes in src/");
}

/// The blocks of a document with this fence.
fn blocks<'a>(document: &'a str, fence: &str) -> Vec<&'a str> {
    let open = format!("```{fence}\n");
    document
        .split(open.as_str())
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap())
        .collect()
}

fn whole(block: &str) -> String {
    let mut text = format!("{block}\n");
    let says_something = block
        .lines()
        .any(|line| !line.trim().is_empty() && !line.starts_with('#'));
    for (key, line) in REST.iter().filter(|_| says_something) {
        if !block.lines().any(|written| written.starts_with(key)) {
            text.push_str(line);
        }
    }
    text
}

/// What the documents name beside the manifest.
fn beside(folder: &Path) {
    fs::create_dir(folder.join("parts")).unwrap();
    let web = "services: {web: {kind: static, release: {dir: /opt/acme/web}}}\n";
    fs::write(folder.join("parts/web.yaml"), web).unwrap();
    fs::create_dir(folder.join("files")).unwrap();
    fs::write(folder.join("files/hole.conf.hbs"), "domain = {{site.domian}}\n").unwrap();
    fs::write(folder.join("files/domain.conf.hbs"), "domain = {{site.domain}}\n").unwrap();
    fs::write(folder.join("files/maps.json"), "{\"key\": \"{{secret:maps:json}}\"}\n").unwrap();
    fs::write(folder.join("latin.yaml"), b"site: {name: caf\xe9}\n").unwrap();
    fs::write(folder.join("circle.yaml"), "include: [circle.yaml]\n").unwrap();
    fs::File::create(folder.join("big.yaml"))
        .unwrap()
        .set_len(5 << 20)
        .unwrap();
}

fn report(compiler: &Compiler, text: &str) -> Report {
    let folder = tempfile::tempdir().unwrap();
    beside(folder.path());
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let path = folder.join("site.yaml");
    fs::write(&path, text).unwrap();
    match compiler.read(&path) {
        Ok(source) => compiler.check(&source, folder, &[], &Lock::default()),
        Err(report) => report,
    }
}

#[test]
fn what_fails_and_what_passes_does() {
    let compiler = Compiler::new();
    let mut wrong = Vec::new();
    for code in check::codes() {
        let document = check::document(code).unwrap();
        assert!(
            document.starts_with(&format!("# {code}\n")),
            "{code}: begins with its name"
        );
        let (fail, pass) = (blocks(document, "yaml fail"), blocks(document, "yaml pass"));
        assert!(!pass.is_empty(), "{code}: shows how it is mended");
        assert_eq!(
            fail.is_empty(),
            WITHOUT_EXAMPLE.contains(&code),
            "{code}: shows what fails"
        );
        let expected = fail
            .iter()
            .map(|block| (block, vec![code]))
            .chain(pass.iter().map(|block| (block, Vec::new())));
        for (block, expected) in expected {
            let report = report(&compiler, &whole(block));
            let found: BTreeSet<&str> = report.findings().iter().map(|finding| finding.code).collect();
            if !found.iter().eq(expected.iter()) {
                let titles: Vec<_> = report
                    .findings()
                    .iter()
                    .map(|finding| (finding.code, &finding.title))
                    .collect();
                wrong.push(format!("{code}: expected {expected:?}, found {titles:?} in\n{block}\n"));
            }
            for finding in report.findings() {
                assert!(
                    !finding.help.is_empty(),
                    "{}: says what to do: {}",
                    finding.code,
                    finding.title
                );
                assert!(
                    finding.code == "no-such-file" || finding.place().is_some(),
                    "{}: has a place",
                    finding.code
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_example_gives_no_finding() {
    let compiler = Compiler::new();
    let path = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("site.example.yaml");
    let source = compiler.read(&path).unwrap();
    let report = compiler.check(&source, path.parent().unwrap(), &[], &Lock::default());
    assert_eq!(report.summary(), "nothing found");
}
