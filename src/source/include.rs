//! `include:` — further files, which lie under the one that names them, a later one over an earlier one.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::expand::expand;
use super::glob;
use super::merge::overlay;
use super::node::{Layer, Node, Origin, Value};
use super::place::{FileId, Files, Place};
use super::schema::Schema;
use super::{Source, read, yaml};
use crate::diag::{Diagnostic, Report};

/// All files of one manifest, counted each time that one is included.
const MOST_FILES: usize = 10_000;

pub(crate) struct Loader<'s> {
    schema: &'s Schema,
    files: Files,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    /// The files that are being read, outermost first, by their real path.
    open: Vec<(Utf8PathBuf, Option<Place>)>,
    /// What was read already, by real path: a file that several others include is read once.
    done: BTreeMap<Utf8PathBuf, Option<Node>>,
    included: usize,
}

impl<'s> Loader<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Loader<'s> {
        Loader {
            schema,
            files: Files::default(),
            errors: Vec::new(),
            warnings: Vec::new(),
            open: Vec::new(),
            done: BTreeMap::new(),
            included: 0,
        }
    }

    pub(crate) fn load(mut self, path: &Utf8Path) -> Result<Source, Report> {
        let file = read::read(&mut self.files, path, None);
        self.whole(path, file)
    }

    pub(crate) fn read(mut self, path: &Utf8Path, text: &str) -> Result<Source, Report> {
        let file = read::add(&mut self.files, path, text);
        self.whole(path, file)
    }

    fn whole(mut self, path: &Utf8Path, file: Result<FileId, Box<Diagnostic>>) -> Result<Source, Report> {
        let root = match file {
            Ok(file) => {
                self.open.push((real(path), None));
                self.tree(file, path, &Layer::Manifest)
            }
            Err(finding) => {
                self.errors.push(*finding);
                None
            }
        };
        match root {
            // The kind of a service may stand in another file than a short form that depends on it.
            Some(root) if self.errors.is_empty() => Ok(Source {
                root: expand(root, self.schema, None),
                files: self.files,
                warnings: self.warnings,
            }),
            _ => {
                let mut report = Report::new(&self.files);
                report.extend(self.errors.into_iter().chain(self.warnings));
                report.finish();
                Err(report)
            }
        }
    }

    /// A file with what it includes.
    fn tree(&mut self, file: FileId, path: &Utf8Path, layer: &Layer) -> Option<Node> {
        let mut top = match yaml::parse(&self.files, file, layer) {
            Ok(node) => node,
            Err(findings) => {
                self.errors.extend(findings);
                return None;
            }
        };
        let Some(map) = top.as_map_mut() else {
            self.errors.push(
                Diagnostic::error("wrong-type", "a manifest is a map of keys to values")
                    .at(top.origin.place, "this is none")
                    .help("begin with `sitewright: 1` and `site:`"),
            );
            return None;
        };
        let Some(include) = map.shift_remove("include") else {
            return Some(expand(top, self.schema, None));
        };
        let mut below = Node::empty_map(Origin {
            place: top.origin.place,
            layer: layer.clone(),
        });
        for (path, place) in self.named(&include, path) {
            if let Some(part) = self.part(&path, place) {
                let part = expand(part, self.schema, Some(&top));
                below = overlay(below, part);
            }
        }
        let top = expand(top, self.schema, Some(&below));
        Some(overlay(below, top))
    }

    /// The files that an `include` names, patterns resolved, in their order.
    fn named(&mut self, include: &Node, including: &Utf8Path) -> Vec<(Utf8PathBuf, Option<Place>)> {
        let base = including.parent().unwrap_or(Utf8Path::new(""));
        let entries = match &include.value {
            Value::List(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => std::slice::from_ref(include),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let place = entry.origin.place;
            let Some(name) = entry.as_str().filter(|name| !name.is_empty()) else {
                self.errors.push(
                    Diagnostic::error("wrong-type", "`include` takes paths of files")
                        .at(place, "this is none")
                        .help("write `include: [parts/services.yaml, \"hosts/*.yaml\"]`"),
                );
                continue;
            };
            if !glob::is_pattern(name) {
                paths.push((tidy(&base.join(name)), place));
                continue;
            }
            match glob::files(base, name) {
                Ok(found) if found.is_empty() => self.warnings.push(
                    Diagnostic::warning("empty-pattern", format!("no file matches `{name}`"))
                        .at(place, "looked for here")
                        .help(format!(
                            "patterns are relative to `{}`: correct it, or remove it",
                            folder(base)
                        )),
                ),
                Ok(found) => {
                    // A pattern beside the manifest often matches the manifest.
                    let own = real(including);
                    paths.extend(
                        found
                            .into_iter()
                            .filter(|path| real(path) != own)
                            .map(|path| (tidy(&path), place)),
                    );
                }
                Err(why) => self.errors.push(
                    Diagnostic::error("pattern-too-wide", format!("`{name}` matches too much: {why}"))
                        .at(place, "this pattern")
                        .help("begin it with the folder that holds the files"),
                ),
            }
        }
        paths
    }

    fn part(&mut self, path: &Utf8Path, place: Option<Place>) -> Option<Node> {
        let real = real(path);
        if let Some(at) = self.open.iter().position(|(open, _)| *open == real) {
            let mut finding = Diagnostic::error("include-cycle", format!("`{path}` includes itself"))
                .at(place, "included again here");
            for (_, place) in self.open[at + 1..].iter().filter(|(_, place)| place.is_some()) {
                finding = finding.at(*place, "on the way from here");
            }
            self.errors.push(finding.help("remove one `include` of the circle"));
            return None;
        }
        if let Some(known) = self.done.get(&real) {
            return known.clone();
        }
        self.included += 1;
        if self.included > MOST_FILES {
            if self.included == MOST_FILES + 1 {
                self.errors.push(
                    Diagnostic::error(
                        "too-large",
                        format!("the manifest includes more than {MOST_FILES} files"),
                    )
                    .at(place, "here it gets too many")
                    .help("narrow the pattern"),
                );
            }
            return None;
        }
        let node = match read::read(&mut self.files, path, place) {
            Ok(file) => {
                self.open.push((real.clone(), place));
                let node = self.tree(file, path, &Layer::Include);
                self.open.pop();
                node
            }
            Err(finding) => {
                self.errors.push(*finding);
                None
            }
        };
        self.done.insert(real, node.clone());
        node
    }
}

/// What tells two files apart. A file that is not there is told by its name.
fn real(path: &Utf8Path) -> Utf8PathBuf {
    path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned())
}

/// Without `.` segments, as reports show it. `..` stays: behind a link it is not what it seems.
fn tidy(path: &Utf8Path) -> Utf8PathBuf {
    path.components().filter(|part| part.as_str() != ".").collect()
}

fn folder(base: &Utf8Path) -> &str {
    if base.as_str().is_empty() { "." } else { base.as_str() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn load(files: &[(&str, &str)]) -> Result<Source, Report> {
        let dir = tempfile::tempdir().unwrap();
        let dir = Utf8Path::from_path(dir.path()).unwrap();
        for (name, text) in files {
            let path = dir.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Source::load(&dir.join(files[0].0), &Schema::default())
    }

    fn codes(files: &[(&str, &str)]) -> Vec<&'static str> {
        load(files)
            .unwrap_err()
            .findings()
            .iter()
            .map(|finding| finding.code)
            .collect()
    }

    #[test]
    fn the_including_file_wins_and_a_later_one_over_an_earlier_one() {
        let source = load(&[
            (
                "site.yaml",
                "include: [parts/*.yaml, ../*/none*.yaml]\na: {x: top, gone: null}\n",
            ),
            ("parts/1.yaml", "include: deep/z.yaml\na: {x: 1, y: 1, gone: 1}\nb: 1\n"),
            ("parts/2.yaml", "b: 2\n"),
            ("parts/deep/z.yaml", "b: 0\nz: 0\n"),
        ])
        .unwrap();
        assert_eq!(
            source.root.to_json(),
            json!({"b": 2, "z": 0, "a": {"x": "top", "y": 1, "gone": null}})
        );
        assert_eq!(source.root.locate(&"/a/y".parse().unwrap()).layer, Layer::Include);
        assert_eq!(source.root.locate(&"/a/x".parse().unwrap()).layer, Layer::Manifest);
        assert_eq!(
            source.warnings.iter().map(|finding| finding.code).collect::<Vec<_>>(),
            ["empty-pattern"]
        );
    }

    #[test]
    fn a_file_may_come_in_by_two_ways_but_not_in_a_circle() {
        let diamond = [
            ("s.yaml", "include: [a.yaml, b.yaml]"),
            ("a.yaml", "include: c.yaml\nx: 1"),
            ("b.yaml", "include: c.yaml"),
            ("c.yaml", "x: 0\ny: 0"),
        ];
        assert_eq!(load(&diamond).unwrap().root.to_json(), json!({"x": 0, "y": 0}));
        let report = load(&[
            ("s.yaml", "include: a.yaml"),
            ("a.yaml", "include: [b.yaml]"),
            ("b.yaml", "include: s.yaml"),
        ])
        .unwrap_err();
        assert_eq!(report.findings()[0].code, "include-cycle");
        assert_eq!(report.findings()[0].labels.len(), 3);
        assert_eq!(
            load(&[("s.yaml", "include: \"*.yaml\"\nx: 1")]).unwrap().root.to_json(),
            json!({"x": 1})
        );
    }

    #[test]
    fn all_broken_files_are_told_at_once() {
        assert_eq!(
            codes(&[
                ("s.yaml", "include: [no.yaml, 3, bad.yaml, empty.yaml]"),
                ("bad.yaml", "a: ["),
                ("empty.yaml", "# nothing\n")
            ]),
            ["no-such-file", "wrong-type", "yaml-syntax", "empty-file"]
        );
        assert_eq!(codes(&[("s.yaml", "- a\n- b\n")]), ["wrong-type"]);
    }
}
