//! The one merge rule: JSON Merge Patch, RFC 7396. Maps merge, `null` removes, all else replaces.

use super::node::{Node, Origin, Value};

/// The base with the patch laid over. Each place follows the value that won.
#[must_use]
pub fn merge(base: Node, patch: &Node) -> Node {
    lay(base, patch.clone(), Nulls::Remove)
}

/// As `merge`, but what the patch removes stays as `null`, so that it goes on to remove what the result is laid over.
#[must_use]
pub(crate) fn overlay(base: Node, patch: Node) -> Node {
    lay(base, patch, Nulls::Keep)
}

#[derive(Clone, Copy, PartialEq)]
enum Nulls {
    Remove,
    Keep,
}

fn lay(mut base: Node, patch: Node, nulls: Nulls) -> Node {
    let Value::Map(above) = patch.value else {
        return Node {
            key: patch.key.or(base.key),
            ..patch
        };
    };
    let Value::Map(below) = &mut base.value else {
        let over = Node {
            value: Value::Map(above),
            key: patch.key.or(base.key),
            ..patch
        };
        return if nulls == Nulls::Keep { over } else { prune(over) };
    };
    for (key, value) in above {
        if value.is_null() && nulls == Nulls::Remove {
            below.shift_remove(&key);
        } else if let Some(slot) = below.get_mut(&key) {
            let old = std::mem::replace(slot, Node::new(Value::Null, Origin::DEFAULT));
            *slot = lay(old, value, nulls);
        } else {
            below.insert(key, if nulls == Nulls::Keep { value } else { prune(value) });
        }
    }
    base
}

/// Without all that is `null` in maps. Lists are values of their own: what stands in them stays.
#[must_use]
pub(crate) fn prune(mut node: Node) -> Node {
    prune_in(&mut node);
    node
}

fn prune_in(node: &mut Node) {
    if let Value::Map(map) = &mut node.value {
        map.retain(|_, child| !child.is_null());
        map.values_mut().for_each(prune_in);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The examples of RFC 7396, appendix A.
    #[test]
    fn rfc_7396() {
        for (base, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            let node = |json| Node::from_json(json, &Origin::DEFAULT);
            assert_eq!(merge(node(&base), &node(&patch)).to_json(), result, "{base} + {patch}");
        }
    }
}
