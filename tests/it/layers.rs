//! Who may import whom, as the crate's documentation says: held by reading the sources.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::sources;

/// Modules of the crate that a module may name, beside itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("bundle", &["emit", "site", "resolve", "digest", "spread"]),
    ("check", &["site", "diag", "render", "digest"]),
    (
        "compile",
        &[
            "bundle", "check", "diag", "emit", "manifest", "resolve", "source", "spread",
        ],
    ),
    ("diag", &["source"]),
    ("diff", &["bundle", "emit", "source", "spread"]),
    ("digest", &[]),
    ("emit", &["site", "diag", "render", "digest", "spread"]),
    ("kind", &["manifest", "site", "source", "render", "diag", "digest"]),
    ("manifest", &["source", "diag"]),
    ("render", &["site"]),
    (
        "resolve",
        &["kind", "manifest", "site", "source", "render", "diag", "digest"],
    ),
    ("site", &["source"]),
    ("source", &["diag"]),
    ("spread", &[]),
];

/// Of a module below, only these names are for others.
const ONLY: &[(&str, &str, &[&str])] = &[
    ("site", "source", &["Pointer"]),
    ("kind", "source", &["Assets"]),
    ("resolve", "source", &["Assets", "Pointer"]),
    ("manifest", "source", &["Pointer"]),
    ("bundle", "resolve", &["Lock", "EnvironmentLock"]),
    ("diff", "emit", &["Artifact"]),
    ("diff", "source", &["Files", "Layer", "Node", "Pointer", "Value"]),
];

/// The machine is touched in these alone.
const FILES: [&str; 3] = ["source", "bundle", "cli"];

/// Emitters that the others hand their parts to: what these take may be named.
const FOR_ALL: [&str; 2] = ["identity", "install"];

/// Files that are longer than a reader likes; the list may only shrink.
const LONG: [&str; 0] = [];

fn module(file: &str) -> &str {
    file.split('/').next().unwrap().trim_end_matches(".rs")
}

/// What `crate::…` names in a text: module and the name behind it, groups of `use` taken apart.
fn imports(text: &str) -> BTreeSet<(String, String)> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut found = BTreeSet::new();
    let word = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if code[..at].ends_with(['$', '_']) {
            continue;
        }
        let first = word(rest);
        let behind = rest[first.len()..].strip_prefix("::").unwrap_or_default();
        if let Some(group) = behind.strip_prefix('{') {
            let group = group.split("};").next().unwrap_or_default();
            found.extend(
                group
                    .split(',')
                    .map(|name| (first.clone(), word(name.trim())))
                    .filter(|(_, name)| !name.is_empty()),
            );
        } else {
            found.insert((first, word(behind)));
        }
    }
    found
}

#[test]
fn every_import_is_allowed() {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let module = module(&file);
        if matches!(module, "lib" | "main") {
            continue;
        }
        if module == "cli" {
            if text.contains("use crate::") {
                wrong.push(format!("{file}: the binary sees the library from outside"));
            }
            continue;
        }
        let Some(allowed) = table.get(module) else {
            wrong.push(format!("{file}: `{module}` is not in the table"));
            continue;
        };
        for (other, name) in imports(&text) {
            if other == module {
                continue;
            }
            if !allowed.contains(&other.as_str()) {
                wrong.push(format!("{file}: `{module}` must not see `{other}::{name}`"));
            }
            let only = ONLY.iter().find(|(from, to, _)| *from == module && *to == other);
            if only.is_some_and(|(.., names)| !names.contains(&name.as_str())) {
                wrong.push(format!("{file}: `{module}` must not see `{other}::{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn emitters_and_kinds_know_nothing_of_one_another() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let mut parts = file.split('/');
        let (Some(layer @ ("emit" | "kind")), Some(family), Some(_)) = (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let families: BTreeSet<String> = sources()
            .into_iter()
            .filter_map(|(file, _)| Some(file.strip_prefix(&format!("{layer}/"))?.split_once('/')?.0.to_owned()))
            .filter(|other| other != family && !FOR_ALL.contains(&other.as_str()))
            .collect();
        for (module, name) in imports(&text) {
            if module == layer && families.contains(&name) {
                wrong.push(format!("{file}: `{layer}/{family}` sees `{layer}/{name}`"));
            }
        }
        for other in &families {
            if text.contains(&format!("super::super::{other}::")) {
                wrong.push(format!("{file}: `{layer}/{family}` sees `{layer}/{other}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_machine_is_touched_at_the_edges() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let module = module(&file);
        let code = || text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let mut refuse = |what: &str, of: &str| {
            if code().any(|line| line.contains(what)) {
                wrong.push(format!("{file}: {of} (`{what}`)"));
            }
        };
        if !FILES.contains(&module) {
            for what in [
                "std::fs",
                "std::net::Tcp",
                "std::net::Udp",
                "std::process::Command",
                "File::open",
                "read_dir",
            ] {
                refuse(what, "the file system is for source, bundle and cli");
            }
        }
        if module != "cli" && module != "main" {
            for what in ["println!", "print!(", "eprint", "std::io::stdout", "std::io::stderr"] {
                refuse(what, "only cli prints");
            }
        }
        if module != "diag" {
            refuse("miette", "only diag knows it");
        }
        for what in [
            "std::env",
            "SystemTime",
            "Instant::now",
            "rand::",
            "RandomState",
            "HashMap",
            "HashSet",
            "unsafe ",
        ] {
            refuse(what, "the same manifest gives the same bytes");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let long = sources()
        .into_iter()
        .filter(|(_, text)| text.lines().count() > 400)
        .map(|(file, _)| file);
    assert_eq!(long.collect::<Vec<_>>(), LONG, "more than 400 lines without tests");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(file, _)| file)
        .collect();
    assert!(silent.is_empty(), "without `//!`: {silent:?}");
}
