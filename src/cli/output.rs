//! Printing: colours on a terminal only, and a reader that goes away is no error.

use std::io::{self, Write as _};

use anstream::ColorChoice;
use sitewright::diag::{self, Report, Style};

/// Why a command could not run.
#[derive(Debug)]
pub(super) enum Failure {
    /// For people, with place and next action.
    Message(String),
    /// Whoever read the output went away.
    Closed,
}

pub(super) type Outcome = Result<u8, Failure>;

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Message(format!("cannot write the output: {error}"))
        }
    }
}

/// Prints to standard output.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints a message for people to standard error.
pub(super) fn complain(message: &str) {
    drop(writeln!(io::stderr(), "sitewright: {message}"));
}

/// Prints to standard error.
pub(super) fn tell(text: &str) -> Result<(), Failure> {
    let mut out = io::stderr().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Human,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that GitHub shows as annotations.
    Github,
}

/// Findings for people go to standard error, for programs to standard output.
pub(super) fn report(report: &Report, format: Format) -> Result<(), Failure> {
    match format {
        Format::Human if report.is_empty() => Ok(()),
        Format::Human => tell(&diag::human(report, style())),
        Format::Json => print(&format!("{:#}\n", diag::json(report))),
        Format::Sarif => print(&format!("{:#}\n", diag::sarif(report))),
        Format::Github => print(&diag::github(report)),
    }
}

fn style() -> Style {
    let choice = anstream::AutoStream::choice(&io::stderr());
    let terminal = terminal_size::terminal_size_of(io::stderr());
    let width = terminal.map_or(100, |(width, _)| usize::from(width.0));
    Style {
        color: choice != ColorChoice::Never,
        width,
    }
}
