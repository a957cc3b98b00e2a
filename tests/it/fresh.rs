//! Generated files that are committed are what would be generated now.

use std::fs;
use std::path::Path;

#[test]
fn rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/README.md");
    let generated = sitewright::check::page();
    if super::sites::updating() {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{}: SITEWRIGHT_UPDATE=1 rewrites it",
        path.display()
    );
}

#[test]
fn schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/site.schema.json");
    let generated = format!("{:#}\n", sitewright::manifest::editor_schema());
    if super::sites::updating() {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{} is stale: run `sitewright schema > {}`",
        path.display(),
        path.display()
    );
    assert_eq!(
        generated,
        sitewright::manifest::editor_schema_text(),
        "the command prints the same"
    );
}
