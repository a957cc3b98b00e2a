//! The command line: `tests/cmd/` has a case for each command and exit code. `TRYCMD=overwrite` rewrites
//! them.

use std::path::Path;
use std::process::Command;

fn cases() -> trycmd::TestCases {
    let cases = trycmd::TestCases::new();
    // To change files between two commands.
    cases.register_bin("sh", Path::new("/bin/sh"));
    cases.env("CLICOLOR_FORCE", "0").env("NO_COLOR", "1");
    cases
}

#[test]
fn commands() {
    cases().case("tests/cmd/*.trycmd").case("tests/cmd/*.toml");
}

/// What `check` of a broken manifest prints, with these variables set.
fn printed(variables: &[(&str, &str)]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sitewright"))
        .args(["check", "tests/cmd/check.in/broken.yaml"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn colour_is_for_those_who_want_it() {
    assert!(!printed(&[]).contains('\u{1b}'), "no terminal");
    assert!(printed(&[("CLICOLOR_FORCE", "1")]).contains('\u{1b}'));
    assert!(!printed(&[("NO_COLOR", "1")]).contains('\u{1b}'));
}
