//! `check`: every mistake, nothing written.

use clap::Args;

use super::input::Input;
use super::output::{self, Format, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// What counts as a failure beside errors
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Deny {
    Warnings,
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let report = match arguments.input.load()? {
        Ok(loaded) => loaded.check(&arguments.input.environments),
        Err(report) => report,
    };
    output::report(&report, arguments.format)?;
    if arguments.format == Format::Human {
        output::tell(&format!("{}: {}\n", arguments.input.path(), report.summary()))?;
    }
    Ok(report.exit_code(arguments.deny.is_some()))
}
