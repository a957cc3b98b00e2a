//! All renderings of one report: two files, an overlay, characters of several bytes, and a finding without a place.

use super::*;
use crate::source::{Layer, Node, Origin, Value};
use indexmap::IndexMap;
use proptest::prelude::*;

fn report() -> Report {
    let mut report = Report::default();
    let site = report.files.add(
        "site.yaml",
        "# Träger\nservices:\n  api: {prt: 1, name: '日本', uses: [db]}\nother: 1\n",
    );
    let parts = report
        .files
        .add("parts/a b.yaml", "services:\n  db: {kind: postgres}\n");
    let place = |file, text: &str, files: &crate::source::Files| {
        let start = files.text(file).find(text).unwrap() as u32;
        Place {
            file,
            start,
            end: start + text.len() as u32,
        }
    };
    let value = |at: Place| Node {
        key: None,
        ..Node::new(
            Value::Null,
            Origin {
                place: Some(at),
                layer: Layer::Environment("staging".into()),
            },
        )
    };
    let root = IndexMap::from([("uses".to_owned(), value(place(site, "[db]", &report.files)))]);
    let root = Node::new(Value::Map(root), Origin::DEFAULT);
    let (prt, name, db) = (
        place(site, "prt", &report.files),
        place(site, "'日本'", &report.files),
        place(parts, "db", &report.files),
    );
    report.push(
        Diagnostic::error("unknown-key", "unknown key `prt`")
            .at(prt, "no such key")
            .at(name, "in the same map")
            .why("Keys are a closed world.")
            .help("did you mean `port`?"),
    );
    report.push(
        Diagnostic::warning("far-away", "`db` is elsewhere: 100%, \"sure\"")
            .at(Pointer::root().child("uses"), "used here")
            .at(db, "declared here"),
    );
    report.push(Diagnostic::warning("no-place", "nothing is backed up").help("add `backups:`"));
    report.locate(&root);
    report.finish();
    report
}

#[test]
fn human_draws_every_file() {
    let expected = "\
error[unknown-key]

  × unknown key `prt`
  ╰─▶ Keys are a closed world.
   ╭─[site.yaml:3:9]
 2 │ services:
 3 │   api: {prt: 1, name: '日本', uses: [db]}
   ·         ─┬─           ───┬──
   ·          │               ╰── in the same map
   ·          ╰── no such key
 4 │ other: 1
   ╰────
  help: did you mean `port`?

warning[far-away]

  ⚠ `db` is elsewhere: 100%, \"sure\"
   ╭─[site.yaml:3:35]
 2 │ services:
 3 │   api: {prt: 1, name: '日本', uses: [db]}
   ·                                     ──┬─
   ·                                       ╰── used here (set by environment `staging`)
 4 │ other: 1
   ╰────
   ╭─[parts/a b.yaml:2:3]
 1 │ services:
 2 │   db: {kind: postgres}
   ·   ─┬
   ·    ╰── declared here
   ╰────

warning[no-place]

  ⚠ nothing is backed up
  help: add `backups:`

1 error, 2 warnings
";
    let drawn = human(
        &report(),
        Style {
            color: false,
            width: 100,
        },
    );
    assert_eq!(drawn, expected, "\n{drawn}");
    let colored = human(
        &report(),
        Style {
            color: true,
            width: 100,
        },
    );
    assert!(colored.contains("\u{1b}["));
}

#[test]
fn github_escapes_what_would_end_an_annotation() {
    assert_eq!(
        github(&report()),
        "::error file=site.yaml,line=3,endLine=3,col=9,endColumn=11,title=unknown-key%3A unknown key `prt`::unknown key `prt`%0AKeys are a closed world.%0Adid you mean `port`?
::warning file=site.yaml,line=3,endLine=3,col=35,endColumn=38,title=far-away%3A `db` is elsewhere%3A 100%25%2C \"sure\"::`db` is elsewhere: 100%25, \"sure\"
::warning title=no-place%3A nothing is backed up::nothing is backed up%0Aadd `backups:`
"
    );
}

#[test]
fn json_has_its_documented_shape() {
    let out = json(&report());
    assert_eq!(
        (&out["format"], &out["errors"], &out["warnings"]),
        (&1.into(), &1.into(), &2.into())
    );
    assert_eq!(
        out["findings"][1]["labels"],
        serde_json::json!([
            {"file": "site.yaml", "line": 3, "column": 35, "end_line": 3, "end_column": 39, "pointer": "/uses",
             "layer": "environment staging", "text": "used here (set by environment `staging`)"},
            {"file": "parts/a b.yaml", "line": 2, "column": 3, "end_line": 2, "end_column": 5, "text": "declared here"},
        ])
    );
    assert_eq!(out["findings"][2]["labels"], serde_json::json!([]));
}

#[test]
fn sarif_points_at_rules_and_files() {
    let out = sarif(&report());
    let run = &out["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][2]["id"], "unknown-key");
    let result = &run["results"][1];
    assert_eq!(
        (&result["ruleId"], &result["ruleIndex"], &result["level"]),
        (&"far-away".into(), &0.into(), &"warning".into())
    );
    assert_eq!(
        result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"],
        "parts/a%20b.yaml"
    );
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["endColumn"], 39);
    assert!(run["results"][2].get("locations").is_none());
}

#[test]
fn control_characters_of_a_manifest_do_not_reach_the_terminal() {
    let mut report = Report::default();
    report.push(
        Diagnostic::error("r", "unknown key `\u{1b}[2J`")
            .help("a\u{7}b")
            .why("\u{9b}"),
    );
    let drawn = human(
        &report,
        Style {
            color: false,
            width: 80,
        },
    );
    assert!(drawn.chars().all(|c| !c.is_control() || c == '\n'), "{drawn:?}");
}

proptest! {
    #[test]
    fn every_report_can_be_drawn(parts in prop::collection::vec(prop::sample::select(PARTS), 0..30), width in 0..300usize) {
        let schema = crate::source::Schema::default();
        if let Err(report) = crate::source::Source::read("site.yaml", &parts.concat(), &schema) {
            let style = Style { color: false, width };
            prop_assert!(!human(&report, style).is_empty());
            let _ = (json(&report), sarif(&report), github(&report));
        }
    }
}

const PARTS: &[&str] = &[
    "a",
    "é",
    "日本: ",
    "b: ",
    "- ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "  ",
    "[",
    "}",
    "\"",
    "'",
    "|\n",
    "!t ",
    "---\n",
    "a: 1\na: 2\n",
    "*x",
    "~: ",
    "\u{85}",
    "\u{2028}",
    "\u{200d}",
    "@",
    "\u{7f}",
];
