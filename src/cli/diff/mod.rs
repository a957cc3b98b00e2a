//! `diff`: what compiling would change, as text; or how two environments of the manifest differ.

mod before;
mod environments;
mod operands;

use std::collections::BTreeSet;

use clap::Args;
use serde_json::json;
use sitewright::diff::{self, FileChange};

use super::input::Input;
use super::output::{self, Format, Outcome};
use before::Before;
use operands::Operands;

#[derive(Debug, Args)]
#[command(override_usage = "sitewright diff [OPTIONS] [MANIFEST]\n       sitewright diff [OPTIONS] [MANIFEST] FROM TO")]
pub(super) struct Arguments {
    /// The manifest [default: site.yaml, else site.example.yaml], and two of its environments to compare with one
    /// another, as in `diff staging production`
    #[arg(value_name = "MANIFEST | FROM TO", num_args = 0..=3)]
    operands: Vec<String>,
    /// Folder of the bundle and of its lock
    #[arg(short, long, default_value = "out", value_name = "DIR")]
    out: camino::Utf8PathBuf,
    /// Only this environment; may be repeated
    #[arg(short, long = "env", value_name = "ENV")]
    environments: Vec<String>,
    /// Compare with this folder, or with the bundle in this git revision [default: the bundle on disk]
    #[arg(long, value_name = "DIR|REVISION")]
    against: Option<String>,
    /// With FROM TO: tell each setting of a file that differs
    #[arg(long)]
    files: bool,
    /// With FROM TO: print each line of a file that differs
    #[arg(long)]
    text: bool,
    /// How to print the difference
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: DiffFormat,
    /// With --format markdown: leave out the differences themselves where all would take more bytes than this
    #[arg(long, value_name = "BYTES")]
    limit: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum DiffFormat {
    #[default]
    Human,
    /// For a comment on a pull request.
    Markdown,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    match Operands::read(arguments)? {
        Operands::Bundle(manifest) => bundle(arguments, manifest),
        Operands::Environments { manifest, from, to } => environments::run(arguments, manifest, &from, &to),
    }
}

fn bundle(arguments: &Arguments, manifest: Option<camino::Utf8PathBuf>) -> Outcome {
    let input = Input {
        manifest,
        out: arguments.out.clone(),
        environments: arguments.environments.clone(),
    };
    let Some(loaded) = input.load_or_report(Format::Human)? else {
        return Ok(1);
    };
    let compilation = loaded.compile(&input.environments);
    let Some(bundle) = compilation.bundle() else {
        output::report(&compilation.report, Format::Human)?;
        return Ok(1);
    };
    let before = Before::find(arguments.against.as_deref(), &input.out)?;
    let mut paths: BTreeSet<String> = bundle.files.keys().cloned().collect();
    let folders: Vec<String> = bundle.folders().map(str::to_owned).collect();
    paths.extend(before.paths(&folders)?);
    let mut changes = Vec::new();
    for path in paths {
        let old = before.text(&path)?;
        let new = bundle.files.get(&path).map(|file| file.content.as_str());
        changes.extend(FileChange::between(&path, old.as_deref(), new));
    }
    let text = match arguments.format {
        DiffFormat::Human => diff::text(&changes),
        DiffFormat::Markdown => diff::markdown(&changes, arguments.limit),
        DiffFormat::Json => format!("{:#}\n", json!({"format": 1, "files": diff::json(&changes)})),
    };
    output::print(&text)?;
    Ok(u8::from(!changes.is_empty()))
}
