use super::*;
use crate::source::{Origin, Schema, Source};
use proptest::prelude::*;
use serde_json::json;

fn size(text: &str) -> Result<(), String> {
    if text.ends_with("iB") {
        Ok(())
    } else {
        Err(format!("`{text}` is not a size: write 512MiB or 2GiB"))
    }
}

fn word(text: &str) -> Result<(), String> {
    if text.contains(' ') {
        Err(format!("`{text}` has a blank"))
    } else {
        Ok(())
    }
}

fn schema() -> Schema {
    Schema::new(json!({
        "type": "object",
        "required": ["site"],
        "additionalProperties": false,
        "properties": {
            "site": {
                "type": "object", "additionalProperties": false, "required": ["name", "domain"],
                "properties": {"name": {"type": "string", "description": "Prefix of all.", "examples": ["acme"]}, "domain": {"type": "string"}},
            },
            "fleets": {"x-planned": true},
            "defaults": {"type": "object"},
            "tls": {
                "type": ["object", "boolean"], "x-one-of": ["files", "acme"],
                "oneOf": [{"type": "object", "required": ["files"]}, {"type": "object", "required": ["acme"]}, {"type": "boolean"}],
                "properties": {"files": {"type": "string"}, "acme": {"type": "string"}}, "additionalProperties": false,
            },
            "tags": {"type": "array", "uniqueItems": true, "items": {"type": "string", "minLength": 1}},
            "either": {"anyOf": [
                {"type": "string", "enum": ["on", "off"]},
                {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer", "minimum": 1}}, "additionalProperties": false},
                {"type": "null"},
            ]},
            "services": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Service"}, "propertyNames": {"x-unit": "word"}},
        },
        "$defs": {
            "Service": {
                "type": "object", "required": ["kind"],
                "properties": {"kind": {"type": "string", "enum": ["app", "db", "queue"]}},
                "x-dispatch": "kind",
                "x-kinds": {"app": {"$ref": "#/$defs/App"}, "db": {"$ref": "#/$defs/Db"}, "queue": {"x-planned": true}},
                "allOf": [
                    {"if": {"properties": {"kind": {"const": "app"}}, "required": ["kind"]}, "then": {"$ref": "#/$defs/App"}},
                    {"if": {"properties": {"kind": {"const": "db"}}, "required": ["kind"]}, "then": {"$ref": "#/$defs/Db"}},
                ],
            },
            "App": {
                "type": "object", "additionalProperties": false,
                "properties": {
                    "kind": {"const": "app"},
                    "port": {"$ref": "#/$defs/Port"},
                    "runtime": {"enum": ["systemd", "container", "pm2"], "x-planned-values": ["pm2"]},
                    "limits": {"type": "object", "additionalProperties": false, "properties": {"memory": {"type": "string", "x-unit": "size"}}},
                    "health": {"type": "string"},
                },
            },
            "Db": {
                "type": "object", "additionalProperties": false, "required": ["version"],
                "properties": {
                    "kind": {"const": "db"},
                    "version": {"type": "string", "examples": ["15"]},
                    "password": {"$ref": "#/$defs/SecretRef"},
                    "on": {"type": "array", "x-short": "[]", "items": {"type": "string"}},
                },
            },
            "Port": {"type": "object", "x-short": "listen", "properties": {"listen": {"type": "integer", "maximum": 65535}}},
            "SecretRef": {"type": "object", "required": ["secret"], "properties": {"secret": {"type": "string"}}},
        },
    }))
}

fn told(text: &str) -> Vec<String> {
    let text = format!("site: {{name: a, domain: b}}\n{text}");
    told_of(&text)
}

fn told_of(text: &str) -> Vec<String> {
    let validator = Validator::new(schema(), &[("size", size), ("word", word)]);
    let source = Source::read("site.yaml", text, validator.schema()).unwrap();
    let findings = validator.validate(&source.root);
    agrees(&validator, &source.root);
    findings
        .iter()
        .map(|finding| format!("{}: {} | {}", finding.code, finding.title, finding.help))
        .collect()
}

#[test]
fn what_fits_is_not_told() {
    assert_eq!(
        told("services: {a: {kind: app, port: 80}, b: {kind: db, version: '15', on: x}}\neither: null\ntls: false"),
        [""; 0]
    );
}

#[test]
fn keys() {
    let cases = [
        (
            "services: {a: {kind: app, limts: {}}}",
            "unknown-key: unknown key `limts` in `services.a` | did you mean `limits`?",
        ),
        (
            "services: {a: {kind: app, memory: 1}}",
            "unknown-key: unknown key `memory` in `services.a` | `memory` belongs under `limits`: write `limits: {memory: …}`",
        ),
        (
            "services: {a: {kind: app, limits: {health: x}}}",
            "unknown-key: unknown key `health` in `services.a.limits` | `health` belongs one level up, in `services.a`",
        ),
        (
            "sevices: {}",
            "unknown-key: unknown key `sevices` at the top of the manifest | did you mean `services`?",
        ),
        (
            "services: {a b: {kind: app}}",
            "invalid-key: a key of `services`: `a b` has a blank | name it otherwise",
        ),
        (
            "services: {a: {}}",
            "missing-key: `services.a` needs `kind` | add `kind: app`",
        ),
        (
            "services: {a: {knd: app}}",
            "unknown-key: unknown key `knd` in `services.a` | did you mean `kind`?",
        ),
        (
            "services: {a: {kind: db}}",
            "missing-key: `services.a` needs `version` | add `version: \"15\"`",
        ),
        (
            "tls: {}",
            "key-choice: `tls` needs one of `files` or `acme` | add one, as in `files: …`",
        ),
        (
            "tls: {fils: x}",
            "unknown-key: unknown key `fils` in `tls` | did you mean `files`?",
        ),
        (
            "tls: {files: a, acme: b}",
            "key-choice: `tls` has `files` and `acme`, and only one of them can count | keep one of `files` or `acme`",
        ),
        (
            "defaults: {all: {prot: 1}}",
            "unknown-key: unknown key `prot` in `defaults.all` | did you mean `port`?",
        ),
        (
            "defaults: {kind.db: {port: 1}}",
            "unknown-key: unknown key `port` in `defaults[kind.db]` | it takes `kind`, `version`, `password` and `on`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), [expected], "{text}");
    }
    assert_eq!(
        told_of("site: {name: a}"),
        ["missing-key: `site` needs `domain` | add `domain: …`"]
    );
    assert_eq!(
        told_of("tags: []"),
        ["missing-key: the manifest needs `site` | add `site: …`"]
    );
}

#[test]
fn values() {
    let cases = [
        (
            "services: {a: {kind: app, limits: {memory: 2G}}}",
            "invalid-value: `services.a.limits.memory`: `2G` is not a size | write 512MiB or 2GiB",
        ),
        (
            "services: {a: {kind: app, port: x}}",
            "wrong-type: `services.a.port` must be a whole number or a map, not a text | write a whole number or a map: it takes `listen`",
        ),
        (
            "services: {a: {kind: app, port: 70000}}",
            "out-of-range: `services.a.port` must be at most 65535, and is 70000 | write a number that is at most 65535",
        ),
        (
            "services: {a: {kind: app, port: '80'}}",
            "wrong-type: `services.a.port` must be a whole number or a map, not a text | remove the quotes",
        ),
        (
            "services: {a: {kind: db, version: 1.10}}",
            "wrong-type: `services.a.version` must be a text, not the number 1.10 | write \"1.10\" in quotes",
        ),
        (
            "services: {a: {kind: db, version: '1', password: hunter2}}",
            "literal-secret: the value of `services.a.password` must not stand in the manifest | write `{secret: NAME}` and declare `NAME` under `secrets:`; if this value was ever in use, change it",
        ),
        (
            "services: {a: {kind: ap}}",
            "unknown-value: `ap` is not a value of `services.a.kind` | did you mean `app`? it is one of `app` or `db`",
        ),
        (
            "services: {a: {kind: app, runtime: systmd}}",
            "unknown-value: `systmd` is not a value of `services.a.runtime` | did you mean `systemd`? it is one of `systemd` or `container`",
        ),
        (
            "services: {a: {kind: queue, zzz: 1}}",
            "not-built: `kind: queue` is part of the language, but this version does not build it yet | leave it out until a version builds it",
        ),
        (
            "services: {a: {kind: app, runtime: pm2}}",
            "not-built: `runtime: pm2` is part of the language, but this version does not build it yet | leave it out until a version builds it",
        ),
        (
            "fleets: {a: 1}",
            "not-built: `fleets` is part of the language, but this version does not build it yet | leave it out until a version builds it",
        ),
        (
            "services: [a]",
            "wrong-type: `services` must be a map, not a list | write a map",
        ),
        (
            "services: {a: }",
            "wrong-type: `services.a` must be a map, not null | give it a value, or remove the key",
        ),
        (
            "tags: [a, b, a]",
            "repeated-value: `tags` names the same value twice | remove one of them",
        ),
        (
            "tags: ['']",
            "out-of-range: `tags.0` must not be empty | give it a value, or remove the key",
        ),
        (
            "either: of",
            "unknown-value: `of` is not a value of `either` | did you mean `off`? it is one of `on` or `off`",
        ),
        (
            "either: [1]",
            "wrong-type: `either` must be a text or a map, not a list | write a text or a map",
        ),
        (
            "either: {x: 0}",
            "out-of-range: `either.x` must be at least 1, and is 0 | write a number that is at least 1",
        ),
        (
            "either: {xx: 1}",
            "unknown-key: unknown key `xx` in `either` | did you mean `x`?",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), [expected], "{text}");
    }
    assert_eq!(told("fleets: false"), [""; 0]);
}

#[test]
fn all_is_told_in_one_run() {
    let text =
        "services:\n  a: {kind: app, prot: 1, limits: {memory: 1}}\n  b: {kind: db, version: x, on: {}}\nfleets: {}\n";
    let codes: Vec<String> = told(text)
        .iter()
        .map(|told| told.split(':').next().unwrap().to_owned())
        .collect();
    assert_eq!(codes, ["not-built", "invalid-value", "unknown-key", "wrong-type"]);
}

#[test]
fn a_tree_without_places_is_told_too() {
    let validator = Validator::new(schema(), &[("size", size), ("word", word)]);
    let root = Node::from_json(
        &json!({"site": {"name": "a", "domain": "b"}, "services": {"a": {"kind": "app", "port": {"listen": "x"}}}}),
        &Origin::DEFAULT,
    );
    assert_eq!(
        validator.validate(&root)[0].title,
        "`services.a.port.listen` must be a whole number, not a text"
    );
}

/// The quick answer is the validator's, or none.
fn agrees(validator: &Validator, root: &Node) {
    if let Some(quick) = validator.fits(root) {
        assert_eq!(
            quick,
            validator.compiled().is_valid(&root.to_json()),
            "{}",
            root.to_json()
        );
    }
}

proptest! {
    #[test]
    fn the_quick_answer_is_the_validators(root in tree()) {
        let validator = Validator::new(schema(), &[("size", size), ("word", word)]);
        agrees(&validator, &Node::from_json(&root, &Origin::DEFAULT));
    }
}

/// Trees of the words that mean something to the schema.
fn tree() -> impl Strategy<Value = Json> {
    let key = || {
        prop::sample::select(vec![
            "site", "name", "domain", "tls", "files", "acme", "tags", "either", "x", "services", "kind", "port",
            "listen", "on", "limits", "memory", "version",
        ])
    };
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Json::from),
        (-1..70_000).prop_map(Json::from),
        Just(json!(1.0)),
        Just(json!(0.5)),
        prop::sample::select(vec!["", "app", "db", "on", "1GiB", "a b", "systemd"]).prop_map(Json::from),
    ];
    let inner = leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::btree_map(key().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    });
    prop::collection::btree_map(key().prop_map(str::to_owned), inner, 0..5).prop_map(|map| {
        let mut map: serde_json::Map<String, Json> = map.into_iter().collect();
        map.entry("site").or_insert(json!({"name": "a", "domain": "b"}));
        map.into()
    })
}
