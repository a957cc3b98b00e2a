//! Writing: all new content first lies beside its place under a temporary name; only when the whole of it is on disk are
//! the names exchanged. A full disk or a missing permission therefore leaves the old bundle as it was. A write that is
//! killed between two renames leaves some new files: the next one, or `--check`, finds and mends it, since every file is
//! compared with what was compiled.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};

use super::state::orphans;
use super::{Bundle, File};
use crate::spread::spread;
use camino::{Utf8Path, Utf8PathBuf};

/// Ending of content that is not in its place yet.
const TEMPORARY: &str = ".sitewright-new";

/// What a write did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    pub changed: usize,
    pub unchanged: usize,
    pub removed: usize,
}

/// What went wrong, and where.
#[derive(Debug)]
pub struct WriteError {
    pub path: Utf8PathBuf,
    pub error: io::Error,
}

impl std::fmt::Display for WriteError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.error)
    }
}

impl std::error::Error for WriteError {}

pub(super) fn is_temporary(path: &str) -> bool {
    path.ends_with(TEMPORARY)
}

/// Makes the output folder hold the bundle. `remove` also removes what no compilation makes any more.
pub fn write(bundle: &Bundle, out: &Utf8Path, remove: bool) -> Result<Written, WriteError> {
    let at = |path: &Utf8Path, error| WriteError {
        path: path.to_owned(),
        error,
    };
    let files: Vec<(&String, &File)> = bundle.files.iter().collect();
    let same = in_chunks(&files, |(path, file)| is_same(&out.join(path), file));
    let changed: Vec<(&String, &File)> = files
        .into_iter()
        .zip(same)
        .filter(|(_, same)| !same)
        .map(|(file, _)| file)
        .collect();
    let prepared = in_chunks(&changed, |(path, file)| {
        let place = out.join(path);
        prepare(&place, file, out).map_err(|error| at(&place, error))
    });
    let prepared: Result<(), WriteError> = prepared.into_iter().collect();
    if let Err(error) = prepared {
        for (path, _) in &changed {
            let place = out.join(path);
            drop(fs::remove_file(temporary(&place)));
            remove_empty_parents(&place, out);
        }
        return Err(error);
    }
    for (path, _) in &changed {
        let place = out.join(path);
        if place.is_dir() {
            fs::remove_dir_all(&place).map_err(|error| at(&place, error))?;
        }
        fs::rename(temporary(&place), &place).map_err(|error| at(&place, error))?;
    }
    let gone = if remove {
        orphans(bundle, out).map_err(|error| at(out, error))?
    } else {
        BTreeSet::new()
    };
    for path in &gone {
        let place = out.join(path);
        fs::remove_file(&place).map_err(|error| at(&place, error))?;
        remove_empty_parents(&place, out);
    }
    Ok(Written {
        changed: changed.len(),
        unchanged: bundle.files.len() - changed.len(),
        removed: gone.len(),
    })
}

/// Work over files: one costs little, so threads take many at once.
fn in_chunks<T: Sync, R: Send>(files: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    let chunks: Vec<&[T]> = files.chunks(64).collect();
    spread(&chunks, |chunk| chunk.iter().map(&work).collect::<Vec<R>>())
        .into_iter()
        .flatten()
        .collect()
}

fn temporary(place: &Utf8Path) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{place}{TEMPORARY}"))
}

fn is_same(place: &Utf8Path, file: &File) -> bool {
    let Ok(metadata) = fs::metadata(place) else {
        return false;
    };
    metadata.is_file()
        && metadata.len() == file.content.len() as u64
        && is_executable(&metadata) == file.executable
        && fs::read(place).is_ok_and(|bytes| bytes == file.content.as_bytes())
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

fn prepare(place: &Utf8Path, file: &File, out: &Utf8Path) -> io::Result<()> {
    if let Some(parent) = place.parent() {
        make_folder(parent, out)?;
    }
    let path = temporary(place);
    let mut target = fs::File::create(&path)?;
    target.write_all(file.content.as_bytes())?;
    #[cfg(unix)]
    if file.executable {
        use std::os::unix::fs::PermissionsExt as _;
        target.set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    // Some file systems tell only here that the disk is full.
    target.flush()
}

/// Makes a folder; a file of an older bundle that stands in its way is an orphan and goes. What is not below `out` is
/// not ours.
fn make_folder(folder: &Utf8Path, out: &Utf8Path) -> io::Result<()> {
    match fs::create_dir_all(folder) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory
            ) =>
        {
            let mut below = folder.ancestors().take_while(|ancestor| *ancestor != out);
            let file = below.find(|ancestor| ancestor.is_file()).ok_or(error)?;
            fs::remove_file(file)?;
            fs::create_dir_all(folder)
        }
        result => result,
    }
}

fn remove_empty_parents(place: &Utf8Path, out: &Utf8Path) {
    for parent in place.ancestors().skip(1).take_while(|parent| *parent != out) {
        if fs::remove_dir(parent).is_err() {
            return;
        }
    }
}
