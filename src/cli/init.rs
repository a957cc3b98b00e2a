//! `init`: a first manifest.

use std::fs;
use std::io::Write as _;

use camino::Utf8PathBuf;
use clap::Args;

use super::output::{self, Failure, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Where to write it
    #[arg(default_value = "site.yaml")]
    path: Utf8PathBuf,
    /// Which example to begin with
    #[arg(long, value_enum, default_value_t, value_name = "NAME")]
    from: Example,
}

#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
enum Example {
    /// One server with one of everything.
    #[default]
    Example,
    /// A static website on one server.
    Static,
}

impl Example {
    fn text(self) -> &'static str {
        match self {
            Self::Example => include_str!("../../site.example.yaml"),
            Self::Static => include_str!("static.yaml"),
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Outcome {
    let path = &arguments.path;
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                Failure::Message(format!("{path} is there already; name another path"))
            }
            _ => Failure::Message(format!("cannot write {path}: {error}")),
        })?;
    file.write_all(arguments.from.text().as_bytes())
        .map_err(|error| Failure::Message(format!("cannot write {path}: {error}")))?;
    output::print(&format!("wrote {path}; edit it, then run `sitewright check {path}`\n"))?;
    Ok(0)
}
