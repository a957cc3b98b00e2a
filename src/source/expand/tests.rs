use super::*;
use crate::source::{Origin, merge};
use serde_json::json;

fn schema() -> Schema {
    Schema::new(json!({
        "properties": {
            "on": {"x-short": "[]", "items": {"type": "string"}},
            "backups": {"anyOf": [{"type": "boolean"}, {"type": "object", "properties": {"keep": {}}}], "x-short": {"true": {"keep": 7}}},
            "uses": {"additionalProperties": {"$ref": "#/$defs/Use"}, "x-short": "keys"},
            "routes": {"additionalProperties": {"properties": {"paths": {"additionalProperties": {"$ref": "#/$defs/Target"}}}}},
            "services": {"additionalProperties": {"$ref": "#/$defs/Service"}},
            "hook": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Target"}]},
            "maybe": {"anyOf": [{"$ref": "#/$defs/Port"}, {"type": "null"}]},
        },
        "$defs": {
            "Use": {"type": "object"},
            "Target": {"x-short": "to", "type": "object", "properties": {"to": {"type": "string"}}},
            "Port": {"x-short": "listen", "anyOf": [{"type": "integer"}, {"type": "object", "properties": {"listen": {"type": "integer"}}}]},
            "Service": {
                "properties": {"kind": {"default": "app"}}, "x-dispatch": "kind",
                "x-kinds": {"app": {"properties": {"port": {"$ref": "#/$defs/Port"}}}, "db": {"properties": {"port": {"x-short": "[]"}}}},
            },
        },
    }))
}

fn expanded(json: Json) -> Json {
    expand(Node::from_json(&json, &Origin::DEFAULT), &schema(), None).to_json()
}

#[test]
fn every_short_form_has_its_long_one() {
    for (short, long) in [
        (json!({"on": "vps"}), json!({"on": ["vps"]})),
        (json!({"on": ["vps"]}), json!({"on": ["vps"]})),
        (json!({"on": false}), json!({"on": false})),
        (json!({"on": null}), json!({"on": null})),
        (json!({"backups": true}), json!({"backups": {"keep": 7}})),
        (json!({"backups": false}), json!({"backups": false})),
        (json!({"uses": ["a", "b"]}), json!({"uses": {"a": {}, "b": {}}})),
        (json!({"uses": "a"}), json!({"uses": {"a": {}}})),
        (json!({"uses": [1]}), json!({"uses": [1]})),
        (
            json!({"routes": {"@": {"paths": {"/": "web"}}}}),
            json!({"routes": {"@": {"paths": {"/": {"to": "web"}}}}}),
        ),
        (
            json!({"routes": {"@": {"paths": {"/": 3}}}}),
            json!({"routes": {"@": {"paths": {"/": 3}}}}),
        ),
        (json!({"hook": "stays"}), json!({"hook": "stays"})),
        (json!({"maybe": 80}), json!({"maybe": {"listen": 80}})),
        (json!({"maybe": "x"}), json!({"maybe": "x"})),
        (
            json!({"services": {"a": {"port": 1}}}),
            json!({"services": {"a": {"port": {"listen": 1}}}}),
        ),
        (
            json!({"services": {"a": {"kind": "db", "port": 1}}}),
            json!({"services": {"a": {"kind": "db", "port": [1]}}}),
        ),
    ] {
        let once = expanded(short.clone());
        assert_eq!(once, long, "{short}");
        assert_eq!(expanded(once), long, "twice: {short}");
    }
}

#[test]
fn a_patch_takes_its_kind_from_what_it_patches() {
    let node = |json: Json| Node::from_json(&json, &Origin::DEFAULT);
    let base = node(json!({"services": {"a": {"kind": "db"}}}));
    let patch = expand(node(json!({"services": {"a": {"port": 1}}})), &schema(), Some(&base));
    assert_eq!(
        merge(base, &patch).to_json(),
        json!({"services": {"a": {"kind": "db", "port": [1]}}})
    );
}
