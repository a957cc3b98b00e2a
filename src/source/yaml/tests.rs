use super::*;
use proptest::prelude::*;
use serde_json::json;

fn read(text: &str) -> (Files, Result<Node, Vec<Diagnostic>>) {
    let mut files = Files::default();
    let file = files.add("site.yaml", text);
    let root = parse(&files, file, &Layer::Manifest);
    (files, root)
}

fn tree(text: &str) -> Node {
    read(text).1.unwrap_or_else(|findings| panic!("{text}: {findings:?}"))
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text).1.unwrap_err().iter().map(|finding| finding.code).collect()
}

/// What a label at the pointer would underline: the value, and the key.
fn labels(text: &str, pointer: &str) -> (String, String) {
    let (files, root) = read(text);
    let root = root.unwrap();
    let node = root.get(&pointer.parse().unwrap()).unwrap();
    let snippet = |place: Option<Place>| place.map_or(String::new(), |place| files.snippet(place).to_owned());
    (snippet(node.origin.place), snippet(node.key))
}

#[test]
fn values_and_spellings() {
    let root = tree("a: 1.10\nb: on\nc: 'x'\n1: [~, True]\nd: &x {e: 1}\nf: *x\n\"~\": |\n  two\n  lines\n");
    assert_eq!(
        root.to_json(),
        json!({"a": 1.1, "b": "on", "c": "x", "1": [null, true], "d": {"e": 1}, "f": {"e": 1}, "~": "two\nlines\n"})
    );
    assert_eq!(root.child("a").unwrap().spelling(), "1.10");
}

#[test]
fn labels_stand_where_a_reader_looks() {
    let text =
        "# é ü 日本\r\na: {é: [1,  'zwei' ]}   # ü\r\nblock:\r\n  inner: ä   # é\r\n  - \r\n".replace("  - \r\n", "");
    let is = |pointer: &str, value: &str, key: &str| {
        assert_eq!(labels(&text, pointer), (value.into(), key.into()), "{pointer}")
    };
    is("/a", "{é: [1,  'zwei' ]}", "a");
    is("/a/é", "[1,  'zwei' ]", "é");
    is("/a/é/0", "1", "");
    is("/a/é/1", "'zwei'", "");
    is("/block", "block", "block");
    is("/block/inner", "ä", "inner");

    let text = "[a: 1, é: ü, [b: 2]]";
    let is = |pointer: &str, value: &str| assert_eq!(labels(text, pointer).0, value, "{pointer}");
    is("/0", "a");
    is("/1", "é");
    is("/2", "[b: 2]");
    is("/2/0", "b");

    let text = "list:\n  - name: x\n    y: 1\n  - |\n    some\n    text\n  - - 1\nempty:\nflow: [\n  1,\n]\nlong: one\n  two\n";
    let is = |pointer: &str, value: &str, key: &str| {
        assert_eq!(labels(text, pointer), (value.into(), key.into()), "{pointer}")
    };
    is("/list", "list", "list");
    is("/list/0", "name", "");
    is("/list/1", "some", "");
    is("/list/2/0", "1", "");
    is("/empty", "empty", "empty");
    is("/flow", "flow", "flow");
    is("/flow/0", "1", "");
    is("/long", "long", "long");
}

#[test]
fn refusals() {
    for (text, expected) in [
        ("", "empty-file"),
        ("# only words\n", "empty-file"),
        ("---\n...\n", "empty-file"),
        ("a: 1\na: 2\n", "duplicate-key"),
        ("a: 1\n\"a\": 2\n", "duplicate-key"),
        ("x: &x {a: 1}\ny: {<<: *x}\n", "merge-key"),
        ("? [a]\n: 1\n", "yaml-key"),
        ("? {a: 1}\n: 1\n", "yaml-key"),
        ("~: 1\n", "yaml-key"),
        (": 1\n", "yaml-key"),
        ("a: !foo 1\n", "yaml-tag"),
        ("a: !!str 1\n", "yaml-tag"),
        ("!x a: 1\n", "yaml-tag"),
        ("a: 1\n---\nb: 1\n", "several-documents"),
        ("a: .inf\n", "yaml-number"),
        ("a: &a [*a]\n", "alias-cycle"),
        ("a: *b\n", "yaml-syntax"),
        ("a: b: c\n", "yaml-syntax"),
        ("a: [1\n", "yaml-syntax"),
        ("a: 'x\n", "yaml-syntax"),
        ("a:\n\t- b\n", "yaml-syntax"),
        ("a: @b\n", "yaml-syntax"),
    ] {
        assert_eq!(codes(text), [expected], "{text:?}");
    }
    assert_eq!(
        codes("a: !x 1\nb: 1\nb: 2\n~: 3\nc: .nan\n"),
        ["yaml-tag", "duplicate-key", "yaml-key", "yaml-number"]
    );
    assert_eq!(codes(&"a: 1\n".repeat(10_000)).len(), 100);
}

#[test]
fn a_duplicate_key_labels_both() {
    let (files, root) = read("a: 1\nb: 2\na: 3\n");
    let finding = &root.unwrap_err()[0];
    let lines: Vec<usize> = finding
        .labels
        .iter()
        .map(|label| {
            if let crate::diag::At::Place(place) = label.at {
                files.start(place).line
            } else {
                0
            }
        })
        .collect();
    assert_eq!(lines, [3, 1]);
}

#[test]
fn what_grows_is_stopped() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..12 {
        bomb += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(", "));
    }
    assert_eq!(codes(&bomb), ["alias-bomb"]);

    let mut tower = "a0: &a0 [x]\n".to_owned();
    for i in 1..200 {
        tower += &format!("a{i}: &a{i} [*a{}]\n", i - 1);
    }
    assert_eq!(codes(&tower), ["too-deep"]);

    for deep in [
        "[".repeat(10_000),
        "{a: ".repeat(10_000),
        "- ".repeat(10_000),
        (0..10_000)
            .map(|i| format!("{}a:\n", " ".repeat(i)))
            .collect::<String>(),
        "? ".repeat(10_000),
    ] {
        let codes = codes(&deep);
        assert!(
            matches!(codes[..], ["too-deep" | "yaml-key" | "yaml-syntax"]),
            "{codes:?}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = read(&text);
    }

    /// Texts of what means something in YAML come further than random ones.
    #[test]
    fn no_yaml_makes_it_panic(parts in prop::collection::vec(prop::sample::select(PARTS), 0..40)) {
        let text = parts.concat();
        let (files, root) = read(&text);
        if let Ok(root) = root {
            let file = root.origin.place.map(|place| place.file).unwrap();
            inside(&root, files.text(file));
        }
    }
}

const PARTS: &[&str] = &[
    "a", "b: ", "- ", "\n", "  ", "\n  ", "[", "]", "{", "}", ", ", ": ", "? ", "'", "\"", "|\n", ">-\n", "#",
    " # é\n", "&x ", "*x", "!t ", "---\n", "...\n", "%", "\t", "\r\n", "1.10", "~", "é", "日本", "\\", "@", "<<",
    "\u{feff}", "\u{85}", "\u{2028}", "0x1",
];

/// Every place lies in the text, on character boundaries and on one line.
fn inside(node: &Node, text: &str) {
    for place in node.origin.place.into_iter().chain(node.key) {
        let snippet = text.get(place.start as usize..place.end as usize).unwrap();
        assert!(!snippet.contains('\n'), "{snippet:?} in {text:?}");
    }
    match &node.value {
        Value::List(list) => list.iter().for_each(|node| inside(node, text)),
        Value::Map(map) => map.values().for_each(|node| inside(node, text)),
        _ => {}
    }
}
