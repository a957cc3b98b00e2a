//! `diff`: what compiling would change, as text. Meaning and impact are further sections of the same answer.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::json;
use sitewright::diff::{self, FileChange};

use super::input::Input;
use super::output::{self, Failure, Format, Outcome};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Compare with this folder, or with the bundle in this git revision [default: the bundle on disk]
    #[arg(long, value_name = "DIR|REVISION")]
    against: Option<String>,
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
    let Some(loaded) = arguments.input.load_or_report(Format::Human)? else {
        return Ok(1);
    };
    let compilation = loaded.compile(&arguments.input.environments);
    let Some(bundle) = compilation.bundle() else {
        output::report(&compilation.report, Format::Human)?;
        return Ok(1);
    };
    let before = Before::find(arguments)?;
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

/// The bundle that is compared with.
enum Before {
    Folder(Utf8PathBuf),
    Revision { revision: String, out: Utf8PathBuf },
}

impl Before {
    fn find(arguments: &Arguments) -> Result<Self, Failure> {
        let Some(against) = &arguments.against else {
            return Ok(Self::Folder(arguments.input.out.clone()));
        };
        if Utf8Path::new(against).is_dir() {
            return Ok(Self::Folder(against.into()));
        }
        git(&["rev-parse", "--verify", "--quiet", &format!("{against}^{{commit}}")])
            .map_err(|_| Failure::Message(format!("--against: `{against}` is neither a folder nor a git revision")))?;
        Ok(Self::Revision {
            revision: against.clone(),
            out: arguments.input.out.clone(),
        })
    }

    fn paths(&self, folders: &[String]) -> Result<Vec<String>, Failure> {
        let mut paths = Vec::new();
        match self {
            Self::Folder(folder) => {
                for name in folders {
                    for entry in walkdir::WalkDir::new(folder.join(name))
                        .into_iter()
                        .filter_map(Result::ok)
                    {
                        let Some(path) = Utf8Path::from_path(entry.path()).filter(|_| entry.file_type().is_file())
                        else {
                            continue;
                        };
                        paths.extend(path.strip_prefix(folder).ok().map(ToString::to_string));
                    }
                }
            }
            Self::Revision { revision, out } => {
                for name in folders {
                    let listed = git(&[
                        "ls-tree",
                        "-r",
                        "--name-only",
                        "-z",
                        revision,
                        &format!("./{}/", out.join(name)),
                    ])?;
                    let listed = String::from_utf8_lossy(&listed);
                    paths.extend(
                        listed
                            .split('\0')
                            .filter_map(|path| Utf8Path::new(path).strip_prefix(out).ok())
                            .map(ToString::to_string),
                    );
                }
            }
        }
        Ok(paths)
    }

    fn text(&self, path: &str) -> Result<Option<String>, Failure> {
        match self {
            Self::Folder(folder) => match fs::read(folder.join(path)) {
                Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
                Err(error)
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                    ) =>
                {
                    Ok(None)
                }
                Err(error) => Err(Failure::Message(format!("cannot read {}: {error}", folder.join(path)))),
            },
            Self::Revision { revision, out } => Ok(git(&["show", &format!("{revision}:./{}", out.join(path))])
                .ok()
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
}

fn git(arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output = Command::new("git")
        .args(arguments)
        .output()
        .map_err(|error| Failure::Message(format!("cannot run git: {error}")))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Failure::Message(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ))
    }
}
