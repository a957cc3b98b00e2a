//! `diff FROM TO`: two environments of the manifest.

use camino::Utf8PathBuf;
use sitewright::diff::environments::{self, Comparison, Detail, Side};
use sitewright::source::Node;

use super::super::input::Input;
use super::super::output::{self, Failure, Format, Outcome};
use super::{Arguments, DiffFormat};

pub(super) fn run(arguments: &Arguments, manifest: Option<Utf8PathBuf>, from: &str, to: &str) -> Outcome {
    let input = Input {
        manifest,
        out: arguments.out.clone(),
        environments: vec![from.to_owned(), to.to_owned()],
    };
    let Some(loaded) = input.load_or_report(Format::Human)? else {
        return Ok(1);
    };
    let compilation = loaded.compile(&input.environments);
    let side = |name: &str| {
        let found = compilation.environments.iter().find(|found| found.name == name)?;
        Some(Side {
            tree: &found.tree,
            compiled: found.compiled.as_ref()?,
        })
    };
    if compilation.report.has_errors() {
        output::report(&compilation.report, Format::Human)?;
        return Ok(1);
    }
    let (Some(first), Some(second)) = (side(from), side(to)) else {
        return Err(Failure::Message(format!("`{from}` and `{to}` could not be compiled")));
    };
    let suppose = |name: &str, tree: &Node| loaded.suppose(tree, name, &compilation.lock);
    let comparison = Comparison::new(first, second, &loaded.source.files, &suppose);
    let detail = Detail {
        settings: arguments.files,
        text: arguments.text,
    };
    output::print(&match arguments.format {
        DiffFormat::Human => environments::human(&comparison, detail),
        DiffFormat::Markdown => environments::markdown(&comparison, arguments.limit),
        DiffFormat::Json => format!("{:#}\n", environments::json(&comparison)),
    })?;
    Ok(u8::from(!comparison.is_empty()))
}
