//! The bundle that is compared with: a folder, or what git has of it.

use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use super::super::output::Failure;

/// The bundle that is compared with.
pub(super) enum Before {
    Folder(Utf8PathBuf),
    Revision { revision: String, out: Utf8PathBuf },
}

impl Before {
    pub(super) fn find(against: Option<&str>, out: &Utf8Path) -> Result<Self, Failure> {
        let Some(against) = against else {
            return Ok(Self::Folder(out.to_owned()));
        };
        if Utf8Path::new(against).is_dir() {
            return Ok(Self::Folder(against.into()));
        }
        git(&["rev-parse", "--verify", "--quiet", &format!("{against}^{{commit}}")])
            .map_err(|_| Failure::Message(format!("--against: `{against}` is neither a folder nor a git revision")))?;
        Ok(Self::Revision {
            revision: against.to_owned(),
            out: out.to_owned(),
        })
    }

    pub(super) fn paths(&self, folders: &[String]) -> Result<Vec<String>, Failure> {
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

    pub(super) fn text(&self, path: &str) -> Result<Option<String>, Failure> {
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
