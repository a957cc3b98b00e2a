//! The schema against itself, against what it documents, and against the language's fixture.

use super::*;
use crate::manifest::{Manifest, Service, units};
use serde_json::{Map, json};

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::draft202012::new(schema).expect("a schema")
}

fn complaints(schema: &Value, instance: &Value) -> Vec<String> {
    validator(schema)
        .iter_errors(instance)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect()
}

/// Every schema within, with where it stands.
fn each<'a>(schema: &'a Value, at: &str, visit: &mut dyn FnMut(&str, &'a Map<String, Value>)) {
    let Some(object) = schema.as_object() else {
        return;
    };
    visit(at, object);
    for (keyword, inner) in object {
        let at = format!("{at}/{keyword}");
        match (keyword.as_str(), inner) {
            ("properties" | "patternProperties" | "$defs" | "x-kinds", Value::Object(schemas)) => {
                schemas
                    .iter()
                    .for_each(|(key, schema)| each(schema, &format!("{at}/{key}"), visit));
            }
            ("anyOf" | "allOf" | "oneOf", Value::Array(schemas)) => {
                schemas.iter().for_each(|schema| each(schema, &at, visit));
            }
            ("items" | "additionalProperties" | "propertyNames" | "if" | "then" | "not", schema) => {
                each(schema, &at, visit);
            }
            _ => {}
        }
    }
}

/// A schema of its own for a part of another.
fn part(whole: &Value, part: &Map<String, Value>) -> Value {
    let mut part = part.clone();
    part.entry("$defs").or_insert_with(|| whole["$defs"].clone());
    part.into()
}

fn beyond() -> Value {
    let text = include_str!("../../../tests/manifest/beyond.yaml");
    serde_yaml::from_str(text).expect("YAML")
}

#[test]
fn both_are_schemas() {
    for schema in [schema(), &editor_schema()] {
        assert!(jsonschema::draft202012::meta::is_valid(schema));
        validator(schema);
    }
}

#[test]
fn the_committed_one_is_fresh() {
    let committed = include_str!("../../../schema/site.schema.json");
    assert!(
        committed == editor_schema_text(),
        "run `sitewright schema > schema/site.schema.json`"
    );
}

#[test]
fn the_strict_one_keeps_to_the_forms_that_are_documented() {
    let known: Vec<&str> = units().iter().map(|(unit, _)| *unit).collect();
    each(schema(), "", &mut |at, object| {
        assert!(!object.contains_key("anyOf"), "{at}: a union");
        assert!(!object.contains_key("pattern"), "{at}: a pattern beside its unit");
        assert_ne!(object.get("default"), Some(&Value::Null), "{at}");
        assert!(
            !object.get("type").is_some_and(|kind| kind.to_string().contains("null")),
            "{at}: null"
        );
        if let Some(unit) = object.get("x-unit") {
            assert!(
                known.contains(&unit.as_str().expect("a name")),
                "{at}: {unit} is not in the table"
            );
        }
        if object.contains_key("properties") && object.contains_key("type") && !object.contains_key("x-dispatch") {
            assert!(object.contains_key("additionalProperties"), "{at}: open");
        }
        if let Some(one_of) = object.get("oneOf") {
            assert!(object.contains_key("x-one-of"), "{at}: {one_of}");
        }
    });
}

#[test]
fn every_place_is_described() {
    each(schema(), "", &mut |at, object| {
        for (key, place) in object
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let told = place
                .get("description")
                .or(place.get("const"))
                .or(place.get("additionalProperties"));
            assert!(
                told.is_some() || at.contains("/allOf/"),
                "{at}/{key} has no description"
            );
        }
    });
}

#[test]
fn defaults_and_examples_are_valid() {
    let editor = editor_schema();
    for whole in [schema(), &editor] {
        let mut seen = Vec::new();
        each(whole, "", &mut |at, object| {
            // An example of a whole name may be a short form, which only editors are told of.
            let examples = object
                .get("examples")
                .filter(|_| whole == &editor)
                .and_then(Value::as_array);
            let values: Vec<&Value> = object
                .get("default")
                .into_iter()
                .chain(examples.into_iter().flatten())
                .collect();
            if values.is_empty() || seen.contains(&object) || at.is_empty() {
                return;
            }
            seen.push(object);
            let validator = validator(&part(whole, object));
            for value in values {
                let errors: Vec<String> = validator.iter_errors(value).map(|e| e.to_string()).collect();
                assert!(errors.is_empty(), "{at}: {value}: {errors:?}");
            }
        });
    }
}

#[test]
fn units_accept_what_is_given_as_their_example() {
    each(schema(), "", &mut |at, object| {
        let Some(unit) = object.get("x-unit").and_then(Value::as_str) else {
            return;
        };
        let (_, check) = units().iter().find(|(name, _)| *name == unit).expect("in the table");
        let values = object
            .get("examples")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .chain(object.get("default"));
        for text in values.filter_map(Value::as_str) {
            assert_eq!(check(text), Ok(()), "{at}: {text}");
        }
    });
}

#[test]
fn editors_take_all_that_the_language_says() {
    assert_eq!(complaints(&editor_schema(), &beyond()), Vec::<String>::new());
}

#[test]
fn editors_refuse_what_the_language_does_not_say() {
    let editor = editor_schema();
    let wrong: [(&str, Value); 12] = [
        ("/services/shop/instances", json!("two")),
        ("/services/db/databasses", json!({})),
        ("/services/site/kind", json!("statics")),
        ("/services/units/health/path", json!("/healthz")),
        ("/hosts/vps/os", json!("debian-11")),
        ("/hosts/vps/size/memory", json!("8G")),
        (
            "/backups/to/local/s3",
            json!({"bucket": "b", "credentials": {"secret": "s3"}}),
        ),
        ("/environments/staging/services/db/limits/memory", json!("1G")),
        ("/environments/staging/site/domian", json!("x.example")),
        ("/defaults/kind.app/instanses", json!(2)),
        ("/ingress/headers/content_security_polic", json!("x")),
        ("/tls/issuer", json!("letsencrypted")),
    ];
    for (pointer, value) in wrong {
        let mut manifest = beyond();
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        manifest.pointer_mut(parent).expect("in the fixture")[key] = value;
        assert!(!validator(&editor).is_valid(&manifest), "{pointer} passes");
    }
}

#[test]
fn every_kind_has_its_section() {
    let kinds = schema()["$defs"]["Service"]["x-kinds"].as_object().expect("a map");
    for (kind, target) in kinds.iter().filter(|(_, target)| target.get("$ref").is_some()) {
        let name = target["$ref"]
            .as_str()
            .expect("a pointer")
            .trim_start_matches("#/$defs/");
        assert_eq!(schema()["$defs"][name]["properties"]["kind"]["const"], *kind);
    }
}

#[test]
fn a_long_form_is_valid_and_read() {
    let manifest = json!({
        "sitewright": 1,
        "site": {"name": "acme", "domain": "acme.example", "contact": "ops@acme.example"},
        "hosts": {"vps": {"address": {"public": ["203.0.113.10"]}}},
        "services": {
            "api": {"kind": "app", "image": "acme/api:1", "port": {"listen": 3000}, "uses": {"db": {"pool": 5}}, "env": {"A": 1, "B": {"secret": "b"}}},
            "db": {"kind": "postgres", "databases": {"acme": {}}, "backup": false}
        },
        "routes": {"@": {"paths": {"/": {"to": "api", "rate": "10r/s"}}}},
        "secrets": {"b": {"generate": {}}},
        "hardening": {"ssh": false}
    });
    assert_eq!(complaints(schema(), &manifest), Vec::<String>::new());
    let read: Manifest = serde_json::from_value(manifest).expect("it is valid");
    assert_eq!(read.site.timezone.as_str(), "UTC");
    let kinds: Vec<&str> = read.services.values().map(|service| service.kind().as_str()).collect();
    assert_eq!(kinds, ["app", "postgres"]);
    let Service::Postgres(db) = &read.services["db"] else {
        panic!("db is a postgres")
    };
    assert!(!db.backup.is_on());
    let hardening = read.hardening.on().expect("a map is on");
    assert!(!hardening.ssh.is_on() && hardening.firewall.is_on());
    assert!(!read.backups.is_on() && !read.dns.is_on());
    let again: Manifest = serde_json::from_value(serde_json::to_value(&read).expect("plain data")).expect("the same");
    assert_eq!(again, read);
}

#[test]
fn what_no_section_says_has_its_default() {
    let manifest = json!({
        "sitewright": 1,
        "site": {"name": "acme", "domain": "acme.example", "contact": "ops@acme.example"},
        "hosts": {"vps": {"address": {"public": ["203.0.113.10"]}}}
    });
    let filled = |section: &str| schema()["properties"][section]["default"].clone();
    let read: Manifest = serde_json::from_value(manifest.clone()).expect("it is valid");
    let mut with_defaults = manifest;
    for section in ["tls", "ingress", "backups", "hardening", "dns"] {
        with_defaults[section] = filled(section);
    }
    let same: Manifest = serde_json::from_value(with_defaults).expect("defaults are valid");
    assert_eq!(read, same);
    assert_eq!(filled("hardening")["ssh"], json!(false));
}

mod quick {
    //! The quick look at a tree and `jsonschema` agree wherever the quick look is certain.

    use super::*;
    use crate::source::{Node, Origin, Schema, Validator, defaults, expand, fill};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static VALIDATOR: LazyLock<Validator> =
        LazyLock::new(|| Validator::new(Schema::of(schema()), crate::manifest::units()));

    /// The example, and everything that the language says beyond it.
    static TREES: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let texts = [
            include_str!("../../../site.example.yaml"),
            include_str!("../../../tests/manifest/beyond.yaml"),
        ];
        let schema = VALIDATOR.schema();
        let long = |text| {
            let value: Value = serde_yaml::from_str(text).expect("it is YAML");
            let node = expand(Node::from_json(&value, &Origin::DEFAULT), schema, None);
            fill(defaults(node, schema), schema).to_json()
        };
        texts.map(long).to_vec()
    });

    fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
        all.push(at.to_owned());
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                pointers(
                    value,
                    &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                    all,
                )
            }),
            Value::Array(list) => list
                .iter()
                .enumerate()
                .for_each(|(i, value)| pointers(value, &format!("{at}/{i}"), all)),
            _ => {}
        }
    }

    fn both(value: &Value) -> (Option<bool>, bool) {
        VALIDATOR.both(&Node::from_json(value, &Origin::DEFAULT))
    }

    #[test]
    fn the_example_needs_no_compiled_schema() {
        assert_eq!(both(&TREES[0]), (Some(true), true));
    }

    fn replacement() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            Just("".to_owned()),
            Just("vps".to_owned()),
            Just("512MiB".to_owned()),
            "[a-z0-9:./ -]{0,8}"
        ];
        prop_oneof![
            Just(json!({})),
            Just(json!([])),
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            prop_oneof![-2..3_i64, any::<i64>()].prop_map(Value::from),
            prop_oneof![Just(0.5), Just(0.0005), Just(2.0), Just(1e300), any::<f64>()].prop_map(Value::from),
            text.clone().prop_map(Value::from),
            (text.clone(), any::<bool>()).prop_map(|(key, flag)| json!({key: flag})),
            text.prop_map(|text| json!([text.clone(), text])),
        ]
    }

    proptest! {
        // The same on every machine.
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn it_agrees(tree in 0..2_usize, place in any::<prop::sample::Index>(), new in replacement(), how in 0..3) {
            let mut value = TREES[tree].clone();
            let mut all = Vec::new();
            pointers(&value, "", &mut all);
            let at = all[place.index(all.len())].clone();
            match (how, at.rsplit_once('/')) {
                (0, Some((parent, key))) => {
                    let key = key.replace("~1", "/").replace("~0", "~");
                    if let Some(map) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
                        map.shift_remove(&key);
                    }
                }
                (1, _) => {
                    if let Some(map) = value.pointer_mut(&at).and_then(Value::as_object_mut) {
                        map.insert("neu".into(), new);
                    }
                }
                _ => *value.pointer_mut(&at).expect("it is one of its places") = new,
            }
            let (quick, judge) = both(&value);
            prop_assert!(quick.is_none_or(|quick| quick == judge), "at {at}: quick {quick:?}, judge {judge}");
        }
    }
}
