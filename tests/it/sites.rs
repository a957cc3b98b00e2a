//! Sites as goldens: each folder under `tests/sites/` has a `site.yaml`, and either `out/`, which the manifest compiles
//! to, or `report.txt`, which says why it does not. `SITEWRIGHT_UPDATE=1` rewrites them.
//!
//! Two folders hold many: `valid/`, manifests that compile without a finding, and `broken/`, each with what is said of it
//! in a file `NAME.txt` beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use sitewright::bundle::{self, Bundle};
use sitewright::diag::{self, Report, Style};
use sitewright::resolve::Lock;
use sitewright::{Compilation, Compiler};

pub(crate) fn updating() -> bool {
    std::env::var_os("SITEWRIGHT_UPDATE").is_some_and(|value| value == "1")
}

pub(crate) fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compiles in memory, with the lock that `out` holds.
pub(crate) fn compile(compiler: &Compiler, manifest: &Utf8Path, out: &Utf8Path) -> Result<Compilation, Report> {
    let lock = match fs::read_to_string(out.join("sitewright.lock")) {
        Ok(text) => serde_yaml::from_str(&text).unwrap(),
        Err(_) => Lock::default(),
    };
    let source = compiler.read(manifest)?;
    Ok(compiler.compile(&source, manifest.parent().unwrap(), &[], &lock))
}

/// What a report says, without where this clone lies.
pub(crate) fn told(report: &Report) -> String {
    let style = Style {
        color: false,
        width: 100,
    };
    diag::human(report, style).replace(&format!("{}/", root()), "")
}

/// Every file under a folder, by its path there.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (
                path,
                String::from_utf8_lossy(&fs::read(entry.path()).unwrap()).into_owned(),
            )
        })
        .collect()
}

/// How a folder differs from a bundle; nothing where it does not.
fn difference(bundle: &Bundle, out: &Utf8Path) -> Option<String> {
    let committed = files(out.as_std_path());
    let paths: BTreeSet<&String> = committed.keys().chain(bundle.files.keys()).collect();
    let mut text = String::new();
    for path in paths {
        let compiled = bundle.files.get(path).map(|file| file.content.as_str());
        let committed = committed.get(path).map(String::as_str);
        if compiled == committed {
            continue;
        }
        let (old, new) = (committed.unwrap_or_default(), compiled.unwrap_or_default());
        let diff = similar::TextDiff::from_lines(old, new);
        let hunks = diff.unified_diff().context_radius(1).header(path, path).to_string();
        text.extend(hunks.lines().take(20).map(|line| format!("{line}\n")));
    }
    (!text.is_empty()).then_some(text)
}

fn case(folder: &Utf8Path, manifest: &str, wrong: &mut Vec<String>) {
    let (out, told_at) = (folder.join("out"), folder.join("report.txt"));
    let compiled = compile(&Compiler::new(), &folder.join(manifest), &out);
    let (report, bundle) = match compiled {
        Ok(compilation) => {
            let bundle = compilation.bundle();
            (compilation.report, bundle)
        }
        Err(report) => (report, None),
    };
    let told = told(&report);
    if updating() && folder != root() {
        match &bundle {
            Some(bundle) => drop(bundle::write(bundle, &out, true).unwrap()),
            None if out.exists() => fs::remove_dir_all(&out).unwrap(),
            None => {}
        }
        if told.is_empty() {
            drop(fs::remove_file(&told_at));
        } else {
            fs::write(&told_at, &told).unwrap();
        }
    }
    let expected = fs::read_to_string(&told_at).unwrap_or_default();
    if told != expected {
        wrong.push(format!("{folder}: reported\n{told}\ninstead of\n{expected}"));
    }
    match &bundle {
        Some(bundle) => {
            wrong.extend(difference(bundle, &out).map(|diff| format!("{folder}: committed -> compiled\n{diff}")))
        }
        None if out.exists() => wrong.push(format!("{folder}: it has out/, but does not compile")),
        None => {}
    }
}

/// What lies in a folder of `tests/sites`, or in that folder itself.
fn entries(folder: &str) -> Vec<Utf8PathBuf> {
    let folder = root().join("tests/sites").join(folder);
    let entries = folder.read_dir_utf8().unwrap();
    let mut entries: Vec<_> = entries.map(|entry| entry.unwrap().into_path()).collect();
    entries.sort();
    entries
}

/// The folders of all cases.
pub(crate) fn folders() -> Vec<Utf8PathBuf> {
    let mut folders = entries("");
    folders.retain(|folder| folder.join("site.yaml").exists());
    folders
}

/// The manifests of `valid/` or `broken/`: files, and `site.yaml` in folders of those with several files.
pub(crate) fn manifests(of: &str) -> Vec<Utf8PathBuf> {
    let mut manifests = Vec::new();
    for entry in entries(of) {
        if entry.is_dir() {
            manifests.push(entry.join("site.yaml"));
        } else if entry.extension() == Some("yaml") {
            manifests.push(entry);
        }
    }
    manifests
}

#[test]
fn every_case_is_as_committed() {
    let mut wrong = Vec::new();
    for folder in folders() {
        case(&folder, "site.yaml", &mut wrong);
    }
    assert!(
        wrong.is_empty(),
        "SITEWRIGHT_UPDATE=1 rewrites them\n{}",
        wrong.join("\n")
    );
}

#[test]
fn valid_ones_compile_without_a_finding() {
    let compiler = Compiler::new();
    let mut wrong = Vec::new();
    for manifest in manifests("valid") {
        match compile(&compiler, &manifest, Utf8Path::new("/nonexistent")) {
            Ok(compilation) if compilation.report.is_empty() && compilation.bundle().is_some() => {}
            Ok(compilation) => wrong.push(told(&compilation.report)),
            Err(report) => wrong.push(told(&report)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn broken_ones_are_told_of_as_committed() {
    let compiler = Compiler::new();
    let mut wrong = Vec::new();
    for manifest in manifests("broken") {
        let report = match compile(&compiler, &manifest, Utf8Path::new("/nonexistent")) {
            Ok(compilation) => compilation.report,
            Err(report) => report,
        };
        let told = told(&report);
        let told_at = match manifest.file_name() {
            Some("site.yaml") => manifest.with_file_name("report.txt"),
            _ => manifest.with_extension("txt"),
        };
        if updating() {
            fs::write(&told_at, &told).unwrap();
        }
        let expected = fs::read_to_string(&told_at).unwrap_or_default();
        if told != expected || told.is_empty() {
            wrong.push(format!("{manifest}: reported\n{told}\ninstead of\n{expected}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "SITEWRIGHT_UPDATE=1 rewrites them\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_example_is_as_committed() {
    let mut wrong = Vec::new();
    case(root(), "site.example.yaml", &mut wrong);
    assert!(
        wrong.is_empty(),
        "`sitewright compile` rewrites it\n{}",
        wrong.join("\n")
    );
}
