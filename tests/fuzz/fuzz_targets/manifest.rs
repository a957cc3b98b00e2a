//! Any text as a manifest: it compiles, or every finding has a place and says what to do.
#![no_main]

use std::sync::LazyLock;

use camino::Utf8Path;
use libfuzzer_sys::fuzz_target;
use sitewright::Compiler;
use sitewright::diag::Report;
use sitewright::resolve::Lock;
use sitewright::source::Source;

static COMPILER: LazyLock<Compiler> = LazyLock::new(Compiler::new);

fn hold(report: &Report) {
    for finding in report.findings() {
        assert!(finding.place().is_some(), "{}: no place: {}", finding.code, finding.title);
        assert!(!finding.help.is_empty(), "{}: no help: {}", finding.code, finding.title);
    }
}

fuzz_target!(|text: &str| {
    // Files are not to be read: patterns of `include` could walk the whole disk.
    if text.contains("include") {
        return;
    }
    let source = match Source::read("site.yaml", text, COMPILER.schema()) {
        Ok(source) => source,
        Err(report) => return hold(&report),
    };
    let compilation = COMPILER.compile(&source, Utf8Path::new("/nonexistent"), &[], &Lock::default());
    hold(&compilation.report);
    assert!(compilation.report.has_errors() || compilation.bundle().is_some());
});
