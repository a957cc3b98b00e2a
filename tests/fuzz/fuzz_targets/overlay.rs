//! Any text as an environment's overlay: laid over the example once or twice, it is the same tree, as RFC 7396 has it.
#![no_main]

use std::sync::LazyLock;

use camino::Utf8Path;
use libfuzzer_sys::fuzz_target;
use sitewright::Compiler;
use sitewright::resolve::Lock;
use sitewright::source::Source;

static COMPILER: LazyLock<Compiler> = LazyLock::new(Compiler::new);

/// The example without its own environments.
static BASE: LazyLock<String> = LazyLock::new(|| {
    let whole = include_str!("../../../site.example.yaml");
    let (before, rest) = whole.split_once("\nenvironments:").expect("it has environments");
    let (_, after) = rest.split_once("\nhosts:").expect("hosts follow them");
    format!("{before}\nhosts:{after}")
});

fuzz_target!(|patch: &str| {
    if patch.contains("include") || patch.contains("extends") {
        return;
    }
    let patch: String = patch.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!("{}\nenvironments:\n  once:\n{patch}  twice:\n    extends: once\n{patch}", *BASE);
    let Ok(source) = Source::read("site.yaml", &text, COMPILER.schema()) else {
        return;
    };
    let (once, found) = source.environment("once", COMPILER.schema());
    let (twice, again) = source.environment("twice", COMPILER.schema());
    if found.is_empty() && again.is_empty() {
        assert_eq!(once.to_json(), twice.to_json());
    }
    COMPILER.compile(&source, Utf8Path::new("/nonexistent"), &[], &Lock::default());
});
