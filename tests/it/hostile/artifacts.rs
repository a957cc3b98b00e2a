//! What a manifest is compiled to, and what of it no text may change.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use camino::Utf8Path;
use serde_json::Value;
use sitewright::Compiler;
use sitewright::resolve::Lock;
use sitewright::source::Source;

use super::manifest::manifest;
use super::readers;

pub(super) type Artifacts = BTreeMap<String, String>;

/// All artifacts by path, or why there are none.
pub(super) fn compile(manifest: &Value) -> Result<Artifacts, String> {
    static COMPILER: OnceLock<Compiler> = OnceLock::new();
    let compiler = COMPILER.get_or_init(Compiler::new);
    let text = serde_yaml::to_string(manifest).unwrap();
    let refused = |report: &sitewright::diag::Report| {
        for finding in report.findings() {
            assert!(
                finding.place().is_some(),
                "{} has no place: {}",
                finding.code,
                finding.title
            );
            assert!(
                !finding.help.is_empty(),
                "{} says nothing to do: {}",
                finding.code,
                finding.title
            );
        }
        format!(
            "{:?}",
            report
                .findings()
                .iter()
                .map(|finding| &finding.title)
                .collect::<Vec<_>>()
        )
    };
    let source = Source::read("site.yaml", &text, compiler.schema()).map_err(|report| refused(&report))?;
    let compilation = compiler.compile(&source, Utf8Path::new("/nonexistent"), &[], &Lock::default());
    let bundle = compilation.bundle().ok_or_else(|| refused(&compilation.report))?;
    Ok(bundle
        .files
        .into_iter()
        .map(|(path, file)| (path, file.content))
        .collect())
}

pub(super) fn baseline() -> &'static Artifacts {
    static BASELINE: OnceLock<Artifacts> = OnceLock::new();
    BASELINE.get_or_init(|| compile(&manifest()).unwrap_or_else(|why| panic!("the harmless manifest compiles: {why}")))
}

/// What of an artifact must be as in the harmless one.
pub(super) fn structure(path: &str, text: &str) -> Result<String, String> {
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    let secrets = text.matches("{{secret:").count();
    let name = path.rsplit('/').next().unwrap_or(path);
    // What a reader makes of it but for the texts themselves.
    let own = if name.ends_with(".yaml") || name.ends_with(".yml") {
        readers::shape(&serde_yaml::from_str(text).map_err(|error| error.to_string())?)
    } else if name.ends_with(".json") {
        readers::shape(&serde_json::from_str(text).map_err(|error| error.to_string())?)
    } else if path.contains("/systemd/system/") {
        let settings = readers::unit(text)?;
        format!(
            "{:?}",
            settings
                .iter()
                .map(|(name, words)| (name, words.len()))
                .collect::<Vec<_>>()
        )
    } else if path.contains("/nginx/") {
        readers::nginx(text)?
            .iter()
            .map(|word| word.chars().next().unwrap_or_default())
            .collect()
    } else if name.ends_with(".zone") {
        // A long text is written in several strings.
        let strings = |words: Vec<String>| words.iter().filter(|word| !word.starts_with('=')).count();
        format!(
            "{:?}",
            readers::zone(text)?.into_iter().map(strings).collect::<Vec<_>>()
        )
    } else if name.ends_with(".env") {
        format!(
            "{:?}",
            readers::environment(text)?
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        )
    } else if name == "redis.conf" {
        // A setting may have several arguments, which blanks part.
        format!(
            "{:?}",
            readers::redis(text)?
                .iter()
                .map(|words| words.first())
                .collect::<Vec<_>>()
        )
    } else if path.contains("/etc/postgresql/") && name != "pg_hba.conf" {
        format!(
            "{:?}",
            readers::postgres(text)?
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        )
    } else if name.ends_with(".tsv") {
        format!(
            "{:?}",
            text.lines().map(|line| line.matches('\t').count()).collect::<Vec<_>>()
        )
    } else {
        String::new()
    };
    Ok(format!("{lines} lines, {secrets} secrets, {own}"))
}

/// Files that are the text itself may have as many lines as it has.
pub(super) fn is_the_text(path: &str) -> bool {
    path.ends_with("/motd") || path.ends_with("/acme-motd")
}
