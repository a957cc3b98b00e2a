//! Writing: all new content first lies beside its place under a temporary name; only when the whole of it is on disk are
//! the names exchanged. A full disk or a missing permission therefore leaves the old bundle as it was. A write that is
//! killed between two renames leaves some new files: the next one, or `--check`, finds and mends it, since every file is
//! compared with what was compiled. Where there is no bundle yet, the temporary name is the whole folder's.

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

fn at(path: &Utf8Path, error: io::Error) -> WriteError {
    WriteError {
        path: path.to_owned(),
        error,
    }
}

pub(super) fn is_temporary(path: &str) -> bool {
    path.ends_with(TEMPORARY)
}

/// Makes the output folder hold the bundle. `remove` also removes what no compilation makes any more.
pub fn write(bundle: &Bundle, out: &Utf8Path, remove: bool) -> Result<Written, WriteError> {
    let mut changed: Vec<(&String, &File)> = bundle.files.iter().collect();
    if !out.is_symlink() && !out.exists() {
        return write_whole(&changed, out);
    }
    let same = in_chunks(&changed, |(path, file)| is_same(&out.join(path), file));
    let mut same = same.into_iter();
    changed.retain(|_| same.next() == Some(false));
    if let Err(error) = create_all(&changed, out, temporary) {
        for (path, _) in &changed {
            let place = out.join(path);
            drop(fs::remove_file(temporary(&place)));
            remove_empty_parents(&place, out);
        }
        return Err(error);
    }
    for (path, _) in &changed {
        let place = out.join(path);
        put(&place).map_err(|error| at(&place, error))?;
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

/// Writes a bundle where there is none.
fn write_whole(files: &[(&String, &File)], out: &Utf8Path) -> Result<Written, WriteError> {
    // `out/` has an end that no name can be added to.
    let folder = temporary(&out.components().collect::<Utf8PathBuf>());
    // A write that was killed left it.
    drop(fs::remove_dir_all(&folder));
    create_all(files, &folder, Utf8Path::to_owned)
        .and_then(|()| fs::rename(&folder, out).map_err(|error| at(out, error)))
        .inspect_err(|_| drop(fs::remove_dir_all(&folder)))?;
    Ok(Written {
        changed: files.len(),
        ..Written::default()
    })
}

/// Writes the content of files, each under the name that `name` gives its place, in folders that are made first.
fn create_all(
    files: &[(&String, &File)],
    out: &Utf8Path,
    name: impl Fn(&Utf8Path) -> Utf8PathBuf + Sync + Send,
) -> Result<(), WriteError> {
    make_folders(files, out)?;
    in_chunks(files, |(path, file)| {
        let place = out.join(path);
        create(&name(&place), file).map_err(|error| at(&place, error))
    })
    .into_iter()
    .collect()
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

fn create(path: &Utf8Path, file: &File) -> io::Result<()> {
    let mut target = fs::File::create(path)?;
    target.write_all(file.content.as_bytes())?;
    #[cfg(unix)]
    if file.executable {
        use std::os::unix::fs::PermissionsExt as _;
        target.set_permissions(fs::Permissions::from_mode(0o755))?;
    }
    // Some file systems tell only here that the disk is full.
    target.flush()
}

/// Exchanges the names; a folder of an older bundle that stands in the way goes.
fn put(place: &Utf8Path) -> io::Result<()> {
    let temporary = temporary(place);
    match fs::rename(&temporary, place) {
        Err(_) if place.is_dir() => {
            fs::remove_dir_all(place)?;
            fs::rename(&temporary, place)
        }
        result => result,
    }
}

/// Makes the folders that files are in, each before those within it.
fn make_folders(files: &[(&String, &File)], out: &Utf8Path) -> Result<(), WriteError> {
    if files.is_empty() {
        return Ok(());
    }
    // What is not below it is not ours.
    fs::create_dir_all(out).map_err(|error| at(out, error))?;
    let below: BTreeSet<&Utf8Path> = files
        .iter()
        .flat_map(|(path, _)| Utf8Path::new(path).ancestors().skip(1))
        .filter(|folder| !folder.as_str().is_empty())
        .collect();
    for folder in below {
        let folder = out.join(folder);
        make_folder(&folder).map_err(|error| at(&folder, error))?;
    }
    Ok(())
}

/// Makes a folder within one that is there; a file of an older bundle that stands in its way is an orphan and goes.
fn make_folder(folder: &Utf8Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(_) if folder.is_dir() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(folder)?;
            fs::create_dir(folder)
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
