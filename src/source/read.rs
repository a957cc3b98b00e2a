//! Reads one file, or says why it cannot be read.

use std::fs::File;
use std::io::{ErrorKind, Read};

use camino::Utf8Path;

use super::place::{FileId, Files, Place};
use crate::diag::{At, Diagnostic, listing, suggest};

/// More than any manifest needs; what is larger is some other file.
const LARGEST: u64 = 4 << 20;

/// `named_at` is where the manifest names the file, if one does.
pub(crate) fn read(files: &mut Files, path: &Utf8Path, named_at: Option<Place>) -> Result<FileId, Box<Diagnostic>> {
    let refuse = |code, title: String, help: &str| {
        Err(Box::new(
            Diagnostic::error(code, title)
                .at(At::from(named_at), "named here")
                .help(help),
        ))
    };
    let (bytes, full) = match contents(path) {
        Ok(read) => read,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let help = if path.as_str().contains(":/") {
                "files are not fetched: keep it beside the manifest, and name it by its path".to_owned()
            } else {
                nearby(path, named_at.is_some())
            };
            return refuse("no-such-file", format!("there is no file `{path}`"), &help);
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return refuse(
                "unreadable-file",
                format!("`{path}` must not be read by this user"),
                "change its mode or owner, or run as the user who owns it",
            );
        }
        Err(error) if error.kind() == ErrorKind::IsADirectory => {
            return refuse(
                "unreadable-file",
                format!("`{path}` is a directory"),
                &format!("name a file in it: {}", inside(path)),
            );
        }
        Err(error) => {
            return refuse(
                "unreadable-file",
                format!("`{path}` cannot be read: {error}"),
                "name a regular file",
            );
        }
    };
    if full {
        let most = LARGEST >> 20;
        return refuse(
            "too-large",
            format!("`{path}` is larger than {most} MiB"),
            "a manifest is a text of some pages: is this the right file?",
        );
    }
    text(files, path, bytes)
}

/// All bytes, unless there are more than a manifest may have: what is said to be larger is not even opened.
fn contents(path: &Utf8Path) -> std::io::Result<(Vec<u8>, bool)> {
    let meta = std::fs::metadata(path)?;
    if meta.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    if meta.len() > LARGEST {
        return Ok((Vec::new(), true));
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    let full = bytes.len() as u64 > LARGEST;
    Ok((bytes, full))
}

fn text(files: &mut Files, path: &Utf8Path, bytes: Vec<u8>) -> Result<FileId, Box<Diagnostic>> {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            // What follows the bad byte is only shown, so it may be mended.
            let file = files.add(path.as_str(), String::from_utf8_lossy(error.as_bytes()));
            let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
            return Err(Box::new(
                Diagnostic::error("not-utf8", format!("`{path}` is not UTF-8"))
                    .at(
                        Place {
                            file,
                            start: at as u32,
                            end: end as u32,
                        },
                        format!("byte {} cannot stand here", at + 1),
                    )
                    .help("save the file as UTF-8"),
            ));
        }
    };
    add(files, path, &text)
}

/// A text becomes a file of the site. Offsets count from behind a byte order mark, as editors do.
pub(crate) fn add(files: &mut Files, path: &Utf8Path, text: &str) -> Result<FileId, Box<Diagnostic>> {
    let file = files.add(path.as_str(), text.strip_prefix('\u{feff}').unwrap_or(text));
    // The parser would take a NUL for the end of the file.
    let control =
        |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}') || matches!(c, '\u{fffe}' | '\u{ffff}');
    match files.text(file).char_indices().find(|(_, c)| control(*c)) {
        None => Ok(file),
        Some((at, c)) => {
            let place = Place {
                file,
                start: at as u32,
                end: (at + c.len_utf8()) as u32,
            };
            Err(Box::new(
                Diagnostic::error(
                    "yaml-syntax",
                    format!("the control character U+{:04X} must not stand in YAML", c as u32),
                )
                .at(place, "this character")
                .help("remove it, or write it as an escape in double quotes, as in \"\\t\""),
            ))
        }
    }
}

fn manifests(directory: &Utf8Path) -> Vec<String> {
    let directory = if directory.as_str().is_empty() {
        Utf8Path::new(".")
    } else {
        directory
    };
    let mut names: Vec<String> = directory
        .read_dir_utf8()
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_owned())
        .filter(|name| name.ends_with(".yaml") || name.ends_with(".yml"))
        .collect();
    names.sort();
    names
}

fn nearby(path: &Utf8Path, is_included: bool) -> String {
    let directory = path.parent().unwrap_or(Utf8Path::new(""));
    let names = manifests(directory);
    let near = path
        .file_name()
        .and_then(|name| suggest(name, names.iter().map(String::as_str)));
    match near {
        Some(near) => format!("did you mean `{}`?", directory.join(near)),
        None if is_included => "paths are relative to the file that names them".to_owned(),
        None if names.is_empty() => "name the manifest, or write one with `sitewright init`".to_owned(),
        None => format!("beside it there is {}", listing(names.iter().map(String::as_str))),
    }
}

fn inside(path: &Utf8Path) -> String {
    let names = manifests(path);
    if names.is_empty() {
        "there is no *.yaml in it".to_owned()
    } else {
        listing(names.iter().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &Utf8Path) -> Diagnostic {
        *read(&mut Files::default(), path, None).unwrap_err()
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let dir = Utf8Path::from_path(dir.path()).unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(dir.join(name), bytes).unwrap();
        write("site.yaml", b"a: 1");
        write("latin.yaml", b"a: 1\nb: caf\xe9 x\n");
        write("nul.yaml", b"a: 1\0b: 2");
        File::create(dir.join("huge.yaml")).unwrap().set_len(100 << 20).unwrap();

        let missing = refusal(&dir.join("stie.yaml"));
        assert_eq!(
            (missing.code, missing.help),
            ("no-such-file", format!("did you mean `{dir}/site.yaml`?"))
        );
        assert_eq!(refusal(dir).code, "unreadable-file");
        assert_eq!(refusal(&dir.join("site.yaml/x")).code, "unreadable-file");
        assert_eq!(refusal(&dir.join("huge.yaml")).code, "too-large");
        assert_eq!(refusal(&dir.join("nul.yaml")).code, "yaml-syntax");

        let mut files = Files::default();
        let latin = *read(&mut files, &dir.join("latin.yaml"), None).unwrap_err();
        let at = files.start(latin.place().unwrap());
        assert_eq!((latin.code, at.line, at.column), ("not-utf8", 2, 7));
        assert_eq!(latin.labels[0].text, "byte 12 cannot stand here");
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..60)) {
            let mut files = Files::default();
            match text(&mut files, Utf8Path::new("x"), bytes) {
                Ok(file) => drop(crate::source::yaml::parse(&files, file, &crate::source::Layer::Manifest)),
                Err(finding) => {
                    let place = finding.place().unwrap();
                    assert!(files.text(place.file).get(place.start as usize..place.end as usize).is_some());
                }
            }
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        let mut files = Files::default();
        let file = add(&mut files, Utf8Path::new("x"), "\u{feff}a: 1").unwrap();
        assert_eq!(files.text(file), "a: 1");
    }
}
