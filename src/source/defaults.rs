//! `defaults` lie under the services: `all`, over it `runtime.x`, over it `kind.x`, over it the service.

use std::sync::Arc;

use super::expand;
use super::merge::{overlay, prune};
use super::node::{Layer, Node, Origin, Value};
use super::schema::{Schema, View};

/// The tree with `defaults` laid under every service, and without `null`. A key that a service of this kind does not have is
/// left out: `defaults.all` is for those that can use it.
#[must_use]
pub fn defaults(mut root: Node, schema: &Schema) -> Node {
    let sections = root
        .child("defaults")
        .and_then(Node::as_map)
        .cloned()
        .unwrap_or_default();
    if !sections.is_empty() {
        let schemas = schema.of_root(Some(&root)).property("services");
        let services = root.as_map_mut().and_then(|map| map.get_mut("services"));
        let view = schema.view(schemas, services.as_deref(), None);
        for (name, service) in services.and_then(Node::as_map_mut).into_iter().flatten() {
            if service.as_map().is_none() {
                continue;
            }
            let schemas = view.property(name);
            let section = |name: &str| {
                let layer = Layer::Defaults(Arc::from(format!("defaults.{name}")));
                sections
                    .get(name)
                    .filter(|node| node.as_map().is_some())
                    .map(|node| node.clone().relabelled(&layer))
            };
            let known = |service: &Node, key: &str| {
                told(&schema.view(schemas.iter().copied(), Some(service), None), service, key)
            };
            let kind = known(service, "kind").and_then(|kind| section(&format!("kind.{kind}")));
            let all = section("all");
            // The runtime may itself be a default, of a narrower section before a wider one.
            let runtime = [Some(&*service), kind.as_ref(), all.as_ref()]
                .into_iter()
                .flatten()
                .find_map(|node| {
                    node.child("runtime")
                        .filter(|node| !node.is_null())?
                        .as_str()
                        .map(str::to_owned)
                })
                .or_else(|| known(service, "runtime"));
            let runtime = runtime.and_then(|runtime| section(&format!("runtime.{runtime}")));
            let view = schema.view(schemas.iter().copied(), Some(service), None);
            let laid = |section| expand::within(usable(section, &view), schema, &schemas, Some(service));
            let below = [all, runtime, kind].into_iter().flatten().map(laid).reduce(overlay);
            if let Some(below) = below {
                let over = std::mem::replace(service, Node::new(Value::Null, Origin::DEFAULT));
                let (key, origin) = (over.key, over.origin.clone());
                *service = Node {
                    key,
                    origin,
                    ..overlay(below, over)
                };
            }
        }
    }
    prune(root)
}

/// What stands under a key of the service, or else the schema's default for it.
fn told(view: &View<'_>, service: &Node, key: &str) -> Option<String> {
    match service.child(key) {
        Some(node) if !node.is_null() => node.as_str().map(str::to_owned),
        _ => view
            .property(key)
            .iter()
            .find_map(|schema| schema.get("default")?.as_str().map(str::to_owned)),
    }
}

fn usable(mut section: Node, view: &View<'_>) -> Node {
    if !view.is_open() {
        let keys: Vec<&str> = view.keys().collect();
        if let Some(map) = section.as_map_mut() {
            map.retain(|key, _| keys.contains(&key.as_str()));
        }
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        Schema::new(json!({"properties": {"services": {"additionalProperties": {
            "properties": {"kind": {"default": "app"}}, "x-dispatch": "kind", "x-kinds": {
                "app": {"properties": {"runtime": {"default": "pm2"}, "on": {"x-short": "[]"}}},
                "smtp": {"properties": {"host": {}}, "additionalProperties": false},
            },
        }}}}))
    }

    fn laid(json: serde_json::Value) -> Node {
        defaults(
            Node::from_json(
                &json,
                &Origin {
                    place: None,
                    layer: Layer::Manifest,
                },
            ),
            &schema(),
        )
    }

    #[test]
    fn the_narrower_section_wins_and_the_service_over_all() {
        let root = laid(json!({
            "defaults": {
                "all": {"on": "x", "n": 0, "limits": {"memory": 1}},
                "runtime.pm2": {"n": 1, "instances": 2, "limits": {"cpus": 1}},
                "kind.app": {"n": 2},
            },
            "services": {"a": {"instances": 4}, "b": {"kind": "smtp", "host": "h"}, "c": {"limits": null, "runtime": "systemd", "n": 9}},
        }));
        let services = root.child("services").unwrap();
        assert_eq!(
            services.to_json(),
            json!({
                "a": {"on": ["x"], "n": 2, "limits": {"memory": 1, "cpus": 1}, "instances": 4},
                "b": {"kind": "smtp", "host": "h"},
                "c": {"on": ["x"], "n": 9, "runtime": "systemd"},
            })
        );
        assert_eq!(
            services.locate(&"/a/limits/cpus".parse().unwrap()).layer,
            Layer::Defaults("defaults.runtime.pm2".into())
        );
        assert_eq!(services.locate(&"/a/instances".parse().unwrap()).layer, Layer::Manifest);
    }

    #[test]
    fn null_restores_the_default_of_the_schema() {
        assert_eq!(
            laid(json!({"backups": null, "defaults": {"all": null}})).to_json(),
            json!({"defaults": {}})
        );
    }
}
