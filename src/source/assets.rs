//! Files beside the manifest that it names by `from:`.

use std::collections::BTreeMap;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::WalkDir;

use super::{Node, Pointer, Value};
use crate::diag::Diagnostic;

/// Largest file that is taken into a bundle.
const LARGEST: u64 = 1 << 20;

/// The texts of files and folders, by the path that the manifest gives.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    texts: BTreeMap<String, Vec<(String, String)>>,
}

impl Assets {
    /// Reads what the manifest names: every `from:` of `files`, and `ingress.error_pages`.
    pub fn read(root: &Node, beside: &Utf8Path) -> (Self, Vec<Diagnostic>) {
        let mut assets = Self::default();
        let mut found = Vec::new();
        for (pointer, path) in named(root) {
            if assets.texts.contains_key(&path) {
                continue;
            }
            match texts(&beside.join(&path)) {
                Ok(texts) => {
                    assets.texts.insert(path, texts);
                }
                Err(error) => found.push(unreadable(&path, &pointer, &error)),
            }
        }
        (assets, found)
    }

    /// Path below the named one (empty for a file) and text of each file, by path.
    pub fn texts(&self, path: &str) -> Vec<(String, String)> {
        self.texts.get(path).cloned().unwrap_or_default()
    }
}

fn unreadable(path: &str, pointer: &Pointer, error: &str) -> Diagnostic {
    let error = error.split(" (os error").next().unwrap_or_default();
    Diagnostic::error(
        "unreadable-file",
        format!("`{path}` cannot be taken into the bundle: {error}"),
    )
    .at(pointer, "named here")
    .why("What the manifest names has to be beside it, as text.")
    .help("paths are relative to the manifest; check the name and the permissions")
}

fn named(root: &Node) -> Vec<(Pointer, String)> {
    let mut found = Vec::new();
    let text = |node: Option<&Node>| node.and_then(Node::as_str).map(str::to_owned);
    let top = Pointer::root();
    if let Some(path) = text(root.child("ingress").and_then(|ingress| ingress.child("error_pages"))) {
        found.push((top.child("ingress").child("error_pages"), path));
    }
    let mut files = |of: &Node, pointer: &Pointer| {
        for (name, file) in of.child("files").and_then(Node::as_map).into_iter().flatten() {
            if let Some(path) = text(file.child("from")) {
                found.push((pointer.child("files").child(name).child("from"), path));
            }
        }
    };
    files(root, &top);
    for (name, service) in root.child("services").and_then(Node::as_map).into_iter().flatten() {
        if matches!(service.value, Value::Map(_)) {
            files(service, &top.child("services").child(name));
        }
    }
    found
}

fn texts(path: &Utf8Path) -> Result<Vec<(String, String)>, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if !metadata.is_dir() {
        return Ok(vec![(String::new(), text(path)?)]);
    }
    let mut texts = Vec::new();
    for entry in WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| error.to_string())?;
        if entry.file_type().is_dir() {
            continue;
        }
        let full =
            Utf8PathBuf::from_path_buf(entry.into_path()).map_err(|_| "a file's name is not UTF-8".to_owned())?;
        let relative = full
            .strip_prefix(path)
            .expect("it was found below the folder")
            .to_string();
        texts.push((relative, text(&full)?));
    }
    Ok(texts)
}

fn text(path: &Utf8Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > LARGEST {
        return Err(format!(
            "{path} has {size} bytes, more than the {LARGEST} that a configuration file may have"
        ));
    }
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}
