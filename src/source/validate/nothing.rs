//! Keys without a value, which the merge rule takes away before anything is held against the schema: one that is not
//! known is a slip of the pen all the same, as in `{spa:true}`, which is a key `spa:true` with nothing behind it.

use serde_json::Value as Json;

use super::tell::unknown_key;
use crate::diag::Diagnostic;
use crate::source::node::{Node, Value};
use crate::source::pointer::Pointer;
use crate::source::schema::Schema;

pub(crate) fn nothing(schema: &Schema, root: &Node) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk(schema, root, &[schema.json()], &Pointer::root(), &mut found);
    found
}

fn walk<'s>(schema: &'s Schema, node: &Node, schemas: &[&'s Json], at: &Pointer, found: &mut Vec<Diagnostic>) {
    let view = schema.view(schemas.iter().copied(), Some(node), None);
    if schemas.is_empty() || view.is_planned() {
        return;
    }
    match &node.value {
        Value::Map(map) => {
            let known: Vec<&str> = view.keys().collect();
            for (key, child) in map {
                if child.is_null() && !view.is_open() && !known.contains(&key.as_str()) {
                    found.push(unknown_key(at, key, &known, None).finding);
                }
                walk(schema, child, &view.property(key), &at.child(key), found);
            }
        }
        Value::List(items) => {
            let schemas = view.items();
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| walk(schema, item, &schemas, &at.index(index), found));
        }
        _ => {}
    }
}
