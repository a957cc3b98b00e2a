//! Hostile texts: pieces that mean something to one of the artifacts' languages, put together by chance.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const PIECES: &[&str] = &[
    "\"",
    "'",
    "\\",
    "`",
    "$",
    "$$",
    "${",
    "${x}",
    "$(id)",
    "%",
    "%%",
    "%n",
    "{",
    "}",
    "{{",
    "}}",
    "{{secret:key}}",
    "{{secret:key:raw}}",
    "{secret: key}",
    ";",
    "#",
    " #",
    "//",
    "/*",
    "<",
    ">",
    "&",
    "|",
    "!",
    "*",
    "~",
    "@",
    "^",
    "(",
    ")",
    "[",
    "]",
    "[Service]",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "\u{e000}",
    "\u{e001}",
    "é",
    "😀",
    " ",
    "  ",
    ": ",
    "- ",
    "? ",
    "---",
    "...",
    "\\n",
    "\nExecStart=/bin/sh",
    "\n[Service]\n",
    "; return 200",
    "} server {",
    "\" always; add_header X \"",
    "$host",
    "$$request_uri",
    "';--",
    "\\\"",
    "\\'",
    "=",
    ",",
    "--",
    "-o",
    "yes",
    "null",
    "0",
    "1e3",
    "\\$",
    "\\%",
    "EOF",
    "\x1b[31m",
    "\ttab\t",
    "!!python",
    "&a",
    "*a",
    "<<",
];

pub(super) fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        2 => "[a-z ]{1,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

/// The same 128 texts on every machine, or with `PROPTEST_CASES` as many new ones.
pub(super) fn config() -> ProptestConfig {
    let config = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return config;
    }
    ProptestConfig {
        cases: 128,
        rng_seed: RngSeed::Fixed(1),
        ..config
    }
}
