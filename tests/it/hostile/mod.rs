//! No value leaves the syntax that it is put into: hostile texts go into every text field of a manifest, and what comes
//! out is read back. Either the text is refused at its place, or every artifact has the same structure as with a harmless
//! one in its stead.

mod artifacts;
mod destinations;
mod manifest;
mod readers;
mod texts;

use proptest::prelude::*;

use artifacts::{baseline, compile, is_the_text, structure};
use destinations::reads_back;
use manifest::{HARMLESS, fields, manifest};
use texts::{config, hostile};

/// Whether it compiles; fails if that makes something else than a harmless text would.
fn check(field: &str, text: &str) -> Result<bool, TestCaseError> {
    let mut manifest = manifest();
    let value = manifest.pointer_mut(field).unwrap();
    *value = value.as_str().unwrap().replace(HARMLESS, text).into();
    let Ok(artifacts) = compile(&manifest) else {
        return Ok(false);
    };
    let paths: Vec<&String> = artifacts.keys().collect();
    prop_assert!(
        paths.iter().copied().eq(baseline().keys()),
        "{field}: other files: {paths:?}"
    );
    for (path, content) in &artifacts {
        if is_the_text(path) {
            prop_assert!(!content.contains("{{secret:"), "{path}: {content}");
            continue;
        }
        let harmless =
            structure(path, &baseline()[path]).map_err(|why| TestCaseError::fail(format!("{path}: {why}")))?;
        let hostile = structure(path, content)
            .map_err(|why| TestCaseError::fail(format!("{field} = {text:?} breaks {path}: {why}\n{content}")))?;
        prop_assert_eq!(
            &harmless,
            &hostile,
            "{} = {:?} changes {}\n{}",
            field,
            text,
            path,
            content
        );
    }
    reads_back(field, text, &artifacts)?;
    Ok(true)
}

#[test]
fn every_piece_alone_everywhere() {
    // Most pieces are refused or kept by one check for all fields; a few fields stand for each language.
    let (mut compiled, mut all) = (0, 0);
    for field in fields() {
        for piece in ["a\" b", "'", "\\", "$x", "%n", "\n", "}", "#"] {
            let compiles = check(field, piece).unwrap_or_else(|error| panic!("{field}: {error}"));
            (compiled, all) = (compiled + usize::from(compiles), all + 1);
        }
    }
    println!("{} fields: {compiled} of {all} texts compile", fields().len());
    assert!(
        compiled * 2 > all,
        "refusing everything would be too easy: {compiled} of {all}"
    );
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_text_leaves_its_syntax(field in 0..fields().len(), text in hostile()) {
        check(&fields()[field], &text)?;
    }
}
