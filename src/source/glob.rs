//! Patterns of file names: `*` and `?` inside a name, `**` for any number of folders.

use camino::{Utf8Path, Utf8PathBuf};
use walkdir::WalkDir;

/// A pattern that walks over more than this is a mistake (`/**/*.yaml`).
const MOST_ENTRIES: usize = 100_000;

pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// All files that match, sorted by path; `Err` says why there is no answer.
pub(crate) fn files(base: &Utf8Path, pattern: &str) -> Result<Vec<Utf8PathBuf>, String> {
    let segments: Vec<&str> = pattern
        .split('/')
        .filter(|segment| !matches!(*segment, "" | "."))
        .collect();
    let fixed = segments
        .iter()
        .take_while(|segment| !is_pattern(segment))
        .count()
        .min(segments.len().saturating_sub(1));
    let root = if pattern.starts_with('/') {
        Utf8PathBuf::from("/")
    } else {
        base.to_owned()
    };
    let root = segments[..fixed].iter().fold(root, |root, segment| root.join(segment));
    let rest = &segments[fixed..];
    let deepest = if rest.contains(&"**") { usize::MAX } else { rest.len() };

    let start = if root.as_str().is_empty() {
        Utf8Path::new(".")
    } else {
        &root
    };
    let mut found = Vec::new();
    let hidden_wanted = rest.iter().any(|segment| segment.starts_with('.'));
    let walk = WalkDir::new(start)
        .follow_links(true)
        .min_depth(1)
        .max_depth(deepest)
        .into_iter();
    let visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || hidden_wanted || !entry.file_name().to_string_lossy().starts_with('.')
    };
    for (count, entry) in walk.filter_entry(visible).enumerate() {
        if count >= MOST_ENTRIES {
            return Err(format!("it looks through more than {MOST_ENTRIES} files"));
        }
        // A folder that cannot be entered holds nothing that could be included.
        let Ok(entry) = entry else { continue };
        let Some(path) = Utf8Path::from_path(entry.path()) else {
            continue;
        };
        let Ok(inner) = path.strip_prefix(start) else {
            continue;
        };
        let names: Vec<&str> = inner.components().map(|part| part.as_str()).collect();
        if entry.file_type().is_file() && matches(rest, &names) {
            found.push(root.join(inner));
        }
    }
    found.sort();
    Ok(found)
}

fn matches(pattern: &[&str], names: &[&str]) -> bool {
    match (pattern.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => {
            // `**` beside `**` says nothing more, and would cost time.
            let rest = &rest[rest.iter().take_while(|segment| **segment == "**").count()..];
            (0..=names.len()).any(|skipped| matches(rest, &names[skipped..]))
        }
        (Some((segment, rest)), Some((name, names))) => {
            matches_name(segment.as_bytes(), name.as_bytes()) && matches(rest, names)
        }
        _ => false,
    }
}

/// Walks both texts at once and falls back to the last `*`: no pattern takes more than the product of the lengths.
fn matches_name(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == name[n] || *c == b'?' => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else {
                    return false;
                };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let is = |pattern: &str, path: &str| {
            let split = |text: &'static str| text.split('/').collect::<Vec<_>>();
            matches(&split(Box::leak(pattern.into())), &split(Box::leak(path.into())))
        };
        assert!(is("*.yaml", "a.yaml"));
        assert!(!is("*.yaml", "x/a.yaml"));
        assert!(is("**/*.yaml", "x/y/a.yaml"));
        assert!(is("**/*.yaml", "a.yaml"));
        assert!(is("a/**/b/?.yaml", "a/x/b/b/c.yaml"));
        assert!(is("*a*b*", "xxaxxbxx"));
        assert!(!is("*a*b", "xxaxxbxx"));
    }

    #[test]
    fn hidden_files_and_folders_are_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let dir = Utf8Path::from_path(dir.path()).unwrap();
        std::fs::create_dir_all(dir.join("parts/.git")).unwrap();
        for name in [
            "parts/b.yaml",
            "parts/a.yaml",
            "parts/.x.yaml",
            "parts/.git/c.yaml",
            "parts/d.txt",
        ] {
            std::fs::write(dir.join(name), "").unwrap();
        }
        assert_eq!(
            files(dir, "./parts/**/*.yaml").unwrap(),
            [dir.join("parts/a.yaml"), dir.join("parts/b.yaml")]
        );
        assert_eq!(files(dir, "none/*.yaml").unwrap(), [""; 0]);
    }
}
