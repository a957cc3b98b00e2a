//! How the bundle on disk differs from the one that was compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::WalkDir;

use super::index::{self, Index};
use super::{Bundle, write};
use crate::digest::sha256;

/// One file that is not as compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Under the output folder.
    pub path: String,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// As it was compiled last, but the manifest says something else now.
    Stale,
    /// Changed since it was compiled, by hand or by another program.
    Edited,
    /// Nothing compiles it (any more).
    Orphaned,
    /// It should be there and is not.
    Missing,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Edited => "edited",
            Self::Orphaned => "orphaned",
            Self::Missing => "missing",
        }
    }
}

/// Compares the output folder with a bundle; only what belongs to the bundle's environments is looked at.
pub fn compare(bundle: &Bundle, out: &Utf8Path) -> io::Result<Vec<Difference>> {
    let mut differences = Vec::new();
    let known = digests(bundle, out);
    for (path, file) in &bundle.files {
        let state = match fs::read(out.join(path)) {
            Ok(bytes) if bytes == file.content.as_bytes() && has_mode(&out.join(path), file.executable)? => continue,
            Ok(bytes) => match known.get(path) {
                Some(digest) if *digest != sha256(&bytes) => State::Edited,
                _ => State::Stale,
            },
            Err(error) if is_absent(&error) => State::Missing,
            Err(error) => return Err(error),
        };
        differences.push(Difference {
            path: path.clone(),
            state,
        });
    }
    for path in orphans(bundle, out)? {
        differences.push(Difference {
            path,
            state: State::Orphaned,
        });
    }
    differences.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(differences)
}

/// A folder where a file should be counts as absent, as does a file where a folder should be.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory
    )
}

#[cfg(unix)]
fn has_mode(path: &Utf8Path, executable: bool) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok((fs::metadata(path)?.permissions().mode() & 0o100 != 0) == executable)
}

#[cfg(not(unix))]
fn has_mode(_: &Utf8Path, _: bool) -> io::Result<bool> {
    Ok(true)
}

/// What the last compilation wrote, by the indexes on disk.
fn digests(bundle: &Bundle, out: &Utf8Path) -> BTreeMap<String, String> {
    let mut digests = BTreeMap::new();
    for environment in &bundle.environments {
        let Ok(text) = fs::read_to_string(out.join(environment).join(index::NAME)) else {
            continue;
        };
        let Ok(index) = serde_json::from_str::<Index>(&text) else {
            continue;
        };
        digests.extend(
            index
                .files
                .into_iter()
                .map(|(path, file)| (format!("{environment}/{path}"), file.sha256)),
        );
    }
    digests
}

/// Files in the folders of the bundle's environments that it does not hold, and leftovers of a write that was killed.
pub(super) fn orphans(bundle: &Bundle, out: &Utf8Path) -> io::Result<BTreeSet<String>> {
    let mut orphans = BTreeSet::new();
    let roots = bundle.folders().map(|folder| out.join(folder)).chain([out.to_owned()]);
    for root in roots {
        if !root.is_dir() {
            continue;
        }
        let depth = if root == out { 1 } else { usize::MAX };
        for entry in WalkDir::new(&root).min_depth(1).max_depth(depth) {
            let entry = entry.map_err(io::Error::from)?;
            if entry.file_type().is_dir() {
                continue;
            }
            let Ok(path) = Utf8PathBuf::from_path_buf(entry.into_path()) else {
                continue;
            };
            let relative = path.strip_prefix(out).expect("it was found below it").to_string();
            let ours = root != out || write::is_temporary(&relative);
            if ours && !bundle.files.contains_key(&relative) {
                orphans.insert(relative);
            }
        }
    }
    Ok(orphans)
}
