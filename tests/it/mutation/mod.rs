//! Mutants: valid manifests with one thing changed. Each is refused at a place, or compiles to a bundle; none panics.
//!
//! The usual run takes a sample. `SITEWRIGHT_MUTATION=all` takes every mutant, and `SITEWRIGHT_MUTATION=native` hands
//! bundles of the valid manifests and of some mutants to the programs that read them on a host (see `native`).

mod mutants;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;
use serde_json::Value;
use sitewright::bundle::{self, Bundle};
use sitewright::resolve::Lock;
use sitewright::source::Source;
use sitewright::{Compiler, diag};

use super::native;
use super::sites::{folders, manifests, root};
use mutants::{Mutant, mutants};

/// One in so many is in the sample.
const SAMPLE: u64 = 40;

/// How many mutants the native programs are asked about.
const NATIVE: usize = 40;

fn mode() -> String {
    std::env::var_os("SITEWRIGHT_MUTATION").map_or_else(String::new, |mode| mode.to_string_lossy().into_owned())
}

/// Manifests of one file that compile: what a mutant includes would be read as it was.
fn sites() -> Vec<Utf8PathBuf> {
    let cases = folders().into_iter().filter(|folder| folder.join("out").exists());
    let valid = manifests("valid")
        .into_iter()
        .filter(|path| path.file_name() != Some("site.yaml"));
    std::iter::once(root().join("site.example.yaml"))
        .chain(cases.map(|folder| folder.join("site.yaml")))
        .chain(valid)
        .collect()
}

fn tree(path: &Utf8Path) -> Value {
    serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The bundle, or the codes that refuse it. What breaks the promises of a report is an error of ours.
fn compile(compiler: &Compiler, text: &str) -> Result<Result<Bundle, Vec<&'static str>>, String> {
    let compiled = catch_unwind(AssertUnwindSafe(|| {
        let source = match Source::read("site.yaml", text, compiler.schema()) {
            Ok(source) => source,
            Err(report) => return (report, None),
        };
        let compilation = compiler.compile(&source, Utf8Path::new("/nonexistent"), &[], &Lock::default());
        let bundle = compilation.bundle();
        (compilation.report, bundle)
    }));
    let (report, bundle) = compiled.map_err(|_| "it panics".to_owned())?;
    for finding in report.findings() {
        if finding.place().is_none() || finding.help.is_empty() {
            return Err(format!("no place or nothing to do: {} {}", finding.code, finding.title));
        }
    }
    match bundle {
        Some(bundle) if !report.has_errors() => Ok(Ok(bundle)),
        None if report.has_errors() => Ok(Err(report.findings().iter().map(|finding| finding.code).collect())),
        _ => Err(format!("errors and files do not agree: {}", diag::json(&report))),
    }
}

fn chosen() -> Vec<(Utf8PathBuf, Mutant)> {
    let all = sites().into_iter().flat_map(|path| {
        let found = mutants(&tree(&path));
        found.into_iter().map(move |mutant| (path.clone(), mutant))
    });
    let whole = mode() == "all";
    all.filter(|(path, mutant)| whole || mutant.rank(path.file_stem().unwrap_or_default()).is_multiple_of(SAMPLE))
        .collect()
}

#[test]
fn each_is_refused_at_a_place_or_compiles() {
    let compiler = Compiler::new();
    let chosen = chosen();
    let results: Vec<_> = chosen
        .par_iter()
        .map(|(path, mutant)| (path, mutant, compile(&compiler, &mutant.text)))
        .collect();
    let mut figures: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (path, mutant, result) in &results {
        let counts = figures.entry(mutant.kind).or_default();
        match result {
            Ok(compiled) => counts[usize::from(compiled.is_ok())] += 1,
            Err(why) => wrong.push(format!(
                "{}: {}: {why}",
                path.file_name().unwrap_or_default(),
                mutant.name()
            )),
        }
    }
    for (kind, [refused, compiled]) in &figures {
        println!("{kind:>12}: {refused:>5} refused, {compiled:>5} compiled");
    }
    println!("{:>12}: {:>5}", "in all", results.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the programs of a host have against a bundle.
fn findings(name: &str, bundle: &Bundle) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let out = Utf8Path::from_path(folder.path()).unwrap().join("out");
    bundle::write(bundle, &out, true).unwrap();
    let environments = out.read_dir_utf8().unwrap().map(|entry| entry.unwrap().into_path());
    environments
        .filter(|path| path.is_dir())
        .flat_map(|environment| native::validate(Path::new(environment.as_str())))
        .map(|finding| format!("{name}: {finding}"))
        .collect()
}

#[test]
fn hosts_can_read_what_compiles() {
    if mode() != "native" {
        return;
    }
    let compiler = Compiler::new();
    let each = NATIVE.div_ceil(sites().len());
    let read: Vec<Vec<String>> = sites()
        .par_iter()
        .flat_map_iter(|path| bundles(&compiler, path, each))
        .map(|(name, bundle)| {
            let found = findings(&name, &bundle);
            // As it goes: all of them take ten minutes.
            println!("{name}: {} findings\n{}", found.len(), found.join("\n"));
            found
        })
        .collect();
    let wrong: Vec<String> = read.iter().flatten().cloned().collect();
    println!("{} bundles read, {} findings", read.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a manifest compiles to, and what its first mutants do that compile to something else.
fn bundles(compiler: &Compiler, path: &Utf8Path, mutants_of_each: usize) -> Vec<(String, Bundle)> {
    let name = path.strip_prefix(root()).unwrap().to_string();
    let mut valid = tree(path);
    // There is no lint root of Ubuntu.
    for host in valid["hosts"]
        .as_object_mut()
        .into_iter()
        .flat_map(|hosts| hosts.values_mut())
    {
        host["os"] = "debian-12".into();
    }
    let Ok(Ok(before)) = compile(compiler, &valid.to_string()) else {
        panic!("{path} compiles");
    };
    let mut mutants = mutants(&valid);
    mutants.sort_by_key(|mutant| mutant.rank(&name));
    let changed = mutants.into_iter().filter_map(|mutant| {
        let bundle = compile(compiler, &mutant.text).ok()?.ok()?;
        (bundle != before).then(|| (format!("{name} with {}", mutant.name()), bundle))
    });
    let mut found: Vec<_> = changed.take(mutants_of_each).collect();
    found.insert(0, (name, before));
    found
}
