//! The command line: one file a command. Only this folder prints.

mod check;
mod compile;
mod diff;
mod explain;
mod graph;
mod init;
mod input;
mod output;
mod pin;
mod show;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::Failure;

/// Compiles one validated site manifest into the configuration of every environment and host.
#[derive(Debug, Parser)]
#[command(
    name = "sitewright",
    version,
    max_term_width = 100,
    propagate_version = true,
    disable_help_subcommand = true
)]
#[command(after_help = "Exit status: 0 fine, 1 findings or differences, 2 could not run.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the bundle of every environment and host
    Compile(compile::Arguments),
    /// Report every mistake and write nothing
    Check(check::Arguments),
    /// Show what compiling would change
    Diff(diff::Arguments),
    /// Keep the digests that the tags of images name now
    Pin(pin::Arguments),
    /// Print the manifest with overlays applied, or with every default filled in
    Show(show::Arguments),
    /// Explain a rule, or where a file of the bundle comes from
    Explain(explain::Arguments),
    /// Write a first manifest
    Init(init::Arguments),
    /// Print the JSON Schema of manifests, for editors
    Schema(tools::Schema),
    /// Draw who talks to whom
    Graph(graph::Arguments),
    /// Print completions for a shell
    Completions(tools::Completions),
    /// Print the manual page
    Man(tools::Man),
}

/// Runs the command that the arguments name.
pub(crate) fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let result = match arguments.command {
        Command::Compile(arguments) => compile::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Pin(arguments) => pin::run(&arguments),
        Command::Show(arguments) => show::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Schema(arguments) => arguments.run(),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Completions(arguments) => arguments.run(),
        Command::Man(arguments) => arguments.run(),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        // The reader went away, as `| head` does: nobody is left to tell.
        Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Message(message)) => {
            output::complain(&message);
            ExitCode::from(2)
        }
    }
}
