//! Sites as goldens: each folder under `tests/sites/` has a `site.yaml`, and either `out/`, which the manifest compiles
//! to, or `report.txt`, which says why it does not. `SITEWRIGHT_UPDATE=1` rewrites them.

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

/// The folders of all cases.
pub(crate) fn folders() -> Vec<Utf8PathBuf> {
    let mut folders: Vec<Utf8PathBuf> = root()
        .join("tests/sites")
        .read_dir_utf8()
        .unwrap()
        .map(|entry| entry.unwrap().into_path())
        .collect();
    folders.sort();
    folders
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
fn the_example_is_as_committed() {
    let mut wrong = Vec::new();
    case(root(), "site.example.yaml", &mut wrong);
    assert!(
        wrong.is_empty(),
        "`sitewright compile` rewrites it\n{}",
        wrong.join("\n")
    );
}
