//! Writes the defaults of the schema down.

use serde_json::Value as Json;

use super::expand;
use super::node::{Node, Origin, Value};
use super::schema::Schema;

/// The tree with the default of every key that is missing, in the maps that exist, and in those that a default brings.
#[must_use]
pub fn fill(mut node: Node, schema: &Schema) -> Node {
    within(&mut node, schema, &[schema.json()]);
    node
}

fn within<'s>(node: &mut Node, schema: &'s Schema, schemas: &[&'s Json]) {
    if schemas.is_empty() || node.is_scalar() {
        return;
    }
    let view = schema.view(schemas.iter().copied(), Some(node), None);
    match &mut node.value {
        Value::Map(map) => {
            for key in view.keys() {
                if map.contains_key(key) {
                    continue;
                }
                let schemas = view.property(key);
                if let Some(default) = schema.view(schemas.iter().copied(), None, None).default_value() {
                    let long = expand::within(Node::from_json(default, &Origin::DEFAULT), schema, &schemas, None);
                    map.insert(key.to_owned(), long);
                }
            }
            for (key, child) in map {
                within(child, schema, &view.property(key));
            }
        }
        Value::List(items) => {
            let schemas = view.items();
            items.iter_mut().for_each(|item| within(item, schema, &schemas));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Layer;
    use serde_json::json;

    #[test]
    fn defaults_come_into_maps_that_exist_and_are_told_apart() {
        let schema = Schema::new(json!({
            "properties": {
                "port": {"default": 80, "x-short": "listen", "properties": {"listen": {"type": "integer"}, "host": {"default": 8080}}},
                "tls": {"$ref": "#/$defs/Tls"},
                "log": {"$ref": "#/$defs/Log", "default": {}},
                "none": {"default": null},
            },
            "$defs": {"Tls": {"properties": {"issuer": {"default": "acme"}}}, "Log": {"properties": {"keep": {"default": 7}}}},
        }));
        let filled = fill(
            Node::from_json(
                &json!({}),
                &Origin {
                    place: None,
                    layer: Layer::Manifest,
                },
            ),
            &schema,
        );
        assert_eq!(
            filled.to_json(),
            json!({"port": {"listen": 80, "host": 8080}, "log": {"keep": 7}})
        );
        assert_eq!(filled.child("log").unwrap().origin.layer, Layer::Default);
        assert_eq!(fill(filled.clone(), &schema), filled);
        let with = fill(
            Node::from_json(&json!({"tls": {}, "port": {"listen": 1}}), &Origin::DEFAULT),
            &schema,
        )
        .to_json();
        assert_eq!(with["tls"], json!({"issuer": "acme"}));
        assert_eq!(with["port"], json!({"listen": 1, "host": 8080}));
    }
}
