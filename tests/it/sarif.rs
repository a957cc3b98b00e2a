//! SARIF is what its own schema says. The crate `serde-sarif` carries that schema, as OASIS publishes it; cargo says where.

use std::fs;
use std::path::Path;
use std::process::Command;

use camino::Utf8Path;
use serde_json::Value;
use sitewright::diag;
use sitewright::resolve::Lock;
use sitewright::{Compiler, check};

use super::sites::{compile, manifests};

fn schema() -> Value {
    // Of other platforms nothing has been fetched.
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let said = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--filter-platform", host])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let metadata: Value = serde_json::from_slice(&said.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages
        .iter()
        .find(|package| package["name"] == "serde-sarif")
        .unwrap();
    let folder = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
    let text = fs::read_to_string(folder.join("src/schema.json")).unwrap();
    // As published, the names of languages have a bracket too many, which strict readers of regular expressions refuse.
    let text = text.replace("|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "|^[a-zA-Z]{2}-[a-zA-Z]{2}$");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_report_is_valid() {
    let schema = schema();
    assert!(
        schema["$id"]
            .as_str()
            .is_some_and(|id| id.contains("sarif-schema-2.1.0")),
        "{}",
        schema["$id"]
    );
    let validator = jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let compiler = Compiler::new();
    let mut results = 0;
    for manifest in manifests("broken").into_iter().chain(manifests("valid")) {
        let report = match compile(&compiler, &manifest, Utf8Path::new("/nonexistent")) {
            Ok(compilation) => compilation.report,
            Err(report) => report,
        };
        let sarif = diag::sarif(&report);
        let wrong: Vec<String> = validator
            .iter_errors(&sarif)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{manifest}: {}\n{sarif:#}", wrong.join("\n"));
        let typed: serde_sarif::sarif::Sarif = serde_json::from_value(sarif).unwrap();
        for result in typed.runs.iter().flat_map(|run| run.results.iter().flatten()) {
            results += 1;
            assert!(check::document(result.rule_id.as_deref().unwrap()).is_some());
        }
    }
    assert!(results > 100, "{results} results were looked at");
}

/// Without this the test above could pass on anything.
#[test]
fn the_schema_refuses_what_is_none() {
    let compiler = Compiler::new();
    let source = sitewright::source::Source::read("site.yaml", "sitewright: 1\nsite: {}\n", compiler.schema());
    let report = match source {
        Ok(source) => compiler.check(&source, Utf8Path::new("/nonexistent"), &[], &Lock::default()),
        Err(report) => report,
    };
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for (pointer, wrong) in [
        ("/version", Value::from("2.2.0")),
        ("/runs/0/results/0/level", Value::from("bad")),
        ("/runs/0/results/0/message", Value::from("text")),
        (
            "/runs/0/results/0/locations/0/physicalLocation/region/startLine",
            Value::from(0),
        ),
    ] {
        let mut sarif = diag::sarif(&report);
        *sarif.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&sarif), "{pointer}");
    }
}
