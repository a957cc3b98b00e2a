//! The same manifest and lock give the same bytes, in any order of keys and with any number of threads.

use std::fs;

use camino::Utf8Path;
use serde_json::Value;
use sitewright::Compiler;
use sitewright::bundle::{self, Bundle};
use sitewright::resolve::Lock;

use super::sites::{compile, folders, root};

/// Every manifest that compiles.
fn manifests() -> Vec<camino::Utf8PathBuf> {
    let cases = folders().into_iter().filter(|folder| folder.join("out").exists());
    let cases = cases.map(|folder| folder.join("site.yaml"));
    std::iter::once(root().join("site.example.yaml")).chain(cases).collect()
}

fn bundle(manifest: &Utf8Path) -> Bundle {
    let compilation = compile(&Compiler::new(), manifest, Utf8Path::new("/nonexistent")).unwrap();
    compilation
        .bundle()
        .unwrap_or_else(|| panic!("{manifest} does not compile"))
}

fn threads<T: Send>(count: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .unwrap()
        .install(work)
}

#[test]
fn with_any_number_of_threads() {
    for manifest in manifests() {
        let one = threads(1, || bundle(&manifest));
        assert!(one == threads(8, || bundle(&manifest)), "{manifest}");
    }
}

/// The same value with the keys of every map in reverse order.
fn reversed(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .rev()
            .map(|(key, value)| (key, reversed(value)))
            .collect(),
        Value::Array(list) => list.into_iter().map(reversed).collect(),
        scalar => scalar,
    }
}

#[test]
fn with_keys_in_any_order() {
    for manifest in manifests() {
        let value: Value = serde_yaml::from_str(&fs::read_to_string(&manifest).unwrap()).unwrap();
        // What it includes and reads is found beside it.
        let name = format!(".reversed-{}.yaml", std::process::id());
        let other = manifest.with_file_name(name);
        fs::write(&other, serde_yaml::to_string(&reversed(value)).unwrap()).unwrap();
        let compiled = compile(&Compiler::new(), &other, Utf8Path::new("/nonexistent"));
        fs::remove_file(&other).unwrap();
        let compilation = compiled.unwrap();
        let other = compilation.bundle().unwrap();
        for (path, file) in bundle(&manifest).files {
            assert_eq!(other.files.get(&path), Some(&file), "{manifest}: {path}");
        }
    }
}

#[test]
fn a_second_compilation_changes_nothing() {
    for manifest in manifests() {
        let folder = tempfile::tempdir().unwrap();
        let out = Utf8Path::from_path(folder.path()).unwrap().join("out");
        let first = bundle(&manifest);
        let written = bundle::write(&first, &out, true).unwrap();
        assert_eq!(written.changed, first.files.len());
        // The second one has a lock.
        let lock: Lock = serde_yaml::from_str(&fs::read_to_string(out.join("sitewright.lock")).unwrap()).unwrap();
        let compilation = compile(&Compiler::new(), &manifest, &out).unwrap();
        assert_eq!(compilation.lock, lock, "{manifest}");
        let second = compilation.bundle().unwrap();
        assert!(bundle::compare(&second, &out).unwrap().is_empty(), "{manifest}");
        let written = bundle::write(&second, &out, true).unwrap();
        assert_eq!((written.changed, written.removed), (0, 0), "{manifest}");
    }
}
