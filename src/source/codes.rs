//! What `explain` says of the findings that reading a manifest can bring.

/// Each code with its document. A test holds the list against the code.
pub const CODES: &[(&str, &str)] = &[
    (
        "alias-bomb",
        "Aliases (`*name`) stand for whole values, and aliases of aliases grow without bound. The aliases of a file may stand \
         for 100,000 values together. Write the values out, or put what services share under `defaults:`.",
    ),
    (
        "alias-cycle",
        "An alias (`*name`) stands inside the value that its anchor (`&name`) names, so it could never be written out.",
    ),
    (
        "bad-reference",
        "`${site.domain}` in a text stands for a value elsewhere in the manifest: keys with dots between them, from the top. It \
         must lead to a text, a number, true or false, never to a map, a list or a secret. `$${` is a plain `${`.",
    ),
    (
        "duplicate-key",
        "A key stands twice in one map. YAML forbids it, and one of the two values would be lost without a word.",
    ),
    (
        "empty-file",
        "A file of the manifest holds nothing but blanks and comments.",
    ),
    (
        "empty-pattern",
        "A pattern under `include:` matches no file. Patterns are relative to the folder of the file that names them; `*` and `?` stand for characters of a name, `**` for any folders.",
    ),
    (
        "environment-cycle",
        "Environments `extends` one another in a circle, so none of them has a beginning.",
    ),
    ("include-cycle", "A file includes itself, directly or by way of others."),
    (
        "invalid-key",
        "A key of a map must itself be a name, a path or the like, and this one is not.",
    ),
    (
        "invalid-value",
        "A text must be spelt as its unit is: sizes as `512MiB` or `2GiB`, lengths of time as `30s` or `90d`, rates as `10r/s`, \
         and so on. The finding says what was expected at this place.",
    ),
    (
        "key-choice",
        "Of some keys exactly one must be there, as each says the same thing in another way.",
    ),
    (
        "literal-secret",
        "The manifest names secrets and never holds their values, nor does the bundle. Write `{secret: NAME}` where the value is \
         needed and declare `NAME` under `secrets:`: it is generated on the host or provided there. A value that was committed \
         once is known: change it.",
    ),
    (
        "merge-key",
        "`<<` was an extension of YAML 1.1. The language has one merge rule, JSON Merge Patch (RFC 7396), for includes, environments and `defaults`.",
    ),
    ("missing-key", "A key that has no default is not there."),
    (
        "no-such-file",
        "A file that is named on the command line or under `include:` does not exist. Paths under `include:` are relative to the file that names them.",
    ),
    (
        "not-built",
        "The language has a word for it, and this version of the compiler does not build it yet. It is refused, so that nothing is silently left out of the bundle.",
    ),
    (
        "not-utf8",
        "Manifests are UTF-8. The finding names the first byte that is not.",
    ),
    (
        "out-of-range",
        "A number is too small or too large, or a text, list or map has too little or too much in it.",
    ),
    (
        "pattern-too-wide",
        "A pattern under `include:` looks through more than 100,000 files. Begin it with the folder that holds the parts.",
    ),
    (
        "reference-cycle",
        "Values refer to one another (`${…}`) in a circle, so none of them has a value.",
    ),
    (
        "repeated-value",
        "A list names the same thing twice where once is all it can mean.",
    ),
    (
        "several-documents",
        "A `---` begins a second document. Each file of a manifest is one document; further ones go under `include:`.",
    ),
    (
        "too-deep",
        "Maps and lists may be nested 100 deep. No manifest needs that; a bracket that is never closed does it.",
    ),
    (
        "too-large",
        "A file of a manifest may have 4 MiB and a million values, and a manifest 10,000 files. What is larger is some other file.",
    ),
    (
        "unknown-environment",
        "An environment that is named on the command line or by `extends` is not declared under `environments:`.",
    ),
    (
        "unknown-key",
        "The language is a closed world: a key that it does not know is a mistake, mostly of spelling or of indentation, and would otherwise be ignored without a word.",
    ),
    (
        "unknown-value",
        "Only some words have a meaning at this place. The finding lists them.",
    ),
    (
        "unreadable-file",
        "A file of the manifest exists and cannot be read: it is a directory, or its mode forbids it.",
    ),
    (
        "wrong-type",
        "A text stands where a number or a map is expected, or the like. In YAML 1.2 `on`, `off`, `yes` and `no` are texts, \
         `1.10` is a number and the same as `1.1`: a version belongs in quotes.",
    ),
    ("yaml-key", "A key must be a text: not a map, a list, an alias or null."),
    (
        "yaml-number",
        "A number is too large to be kept exactly, or infinite, or none at all. If a text is meant, put it in quotes.",
    ),
    (
        "yaml-syntax",
        "The file is not YAML 1.2 at the place that is labelled; the cause often stands a line before it.",
    ),
    (
        "yaml-tag",
        "Tags (`!name`, `!!str`) would give a value another type than it seems to have. The schema knows the types.",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_code_has_a_document_and_every_document_a_code() {
        let listed: BTreeSet<&str> = CODES.iter().map(|(code, _)| *code).collect();
        assert!(
            CODES.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "in order, each once"
        );
        let mut used = BTreeSet::new();
        for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source")) {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy();
            if !name.ends_with(".rs") || name == "tests.rs" || name == "codes.rs" {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            used.extend(text.split('"').filter(|word| listed.contains(word)).map(str::to_owned));
            for call in ["Diagnostic::error(", "Diagnostic::warning(", "refuse("] {
                for rest in text.split(call).skip(1).map(str::trim_start) {
                    if let Some(code) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                        assert!(listed.contains(code), "{code} of {name} has no document");
                    }
                }
            }
        }
        let unused: Vec<&&str> = listed.iter().filter(|code| !used.contains(**code)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}
