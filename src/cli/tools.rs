//! `schema`, `completions`, `man`: what the program knows of itself.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::output::{self, Outcome};

#[derive(Debug, Args)]
pub(super) struct Schema {}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {}

impl Schema {
    pub(super) fn run(&self) -> Outcome {
        output::print(&format!("{:#}\n", sitewright::manifest::editor_schema()))?;
        Ok(0)
    }
}

impl Completions {
    pub(super) fn run(&self) -> Outcome {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut super::Arguments::command(), "sitewright", &mut text);
        output::print(&String::from_utf8_lossy(&text))?;
        Ok(0)
    }
}

impl Man {
    pub(super) fn run(&self) -> Outcome {
        let mut text = Vec::new();
        clap_mangen::Man::new(super::Arguments::command()).render(&mut text)?;
        output::print(&String::from_utf8_lossy(&text))?;
        Ok(0)
    }
}
