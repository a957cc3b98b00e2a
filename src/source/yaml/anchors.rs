//! Anchors and aliases, with a bound on what aliases may grow into.

use std::collections::BTreeMap;

use crate::source::node::{Node, Value};

/// Nodes that all aliases of a file may stand for, together.
const MOST: usize = 100_000;

struct Anchored {
    node: Node,
    nodes: usize,
    depth: usize,
}

#[derive(Default)]
pub(crate) struct Anchors {
    known: BTreeMap<usize, Anchored>,
    expanded: usize,
}

pub(crate) enum Unusable {
    /// The anchor's value is still being read: the alias stands inside it.
    Itself,
    TooMany,
}

impl Anchors {
    pub(crate) fn define(&mut self, id: usize, node: &Node) -> Result<(), Unusable> {
        let (nodes, depth) = measure(node);
        // Each anchor keeps a copy, so nested anchors count too.
        self.count(nodes)?;
        self.known.insert(
            id,
            Anchored {
                node: node.clone(),
                nodes,
                depth,
            },
        );
        Ok(())
    }

    /// What the alias stands for, and how deep that is.
    pub(crate) fn resolve(&mut self, id: usize) -> Result<(Node, usize), Unusable> {
        let nodes = self.known.get(&id).ok_or(Unusable::Itself)?.nodes;
        self.count(nodes)?;
        let anchored = &self.known[&id];
        Ok((anchored.node.clone(), anchored.depth))
    }

    fn count(&mut self, nodes: usize) -> Result<(), Unusable> {
        self.expanded += nodes;
        if self.expanded > MOST {
            Err(Unusable::TooMany)
        } else {
            Ok(())
        }
    }
}

fn measure(node: &Node) -> (usize, usize) {
    let mut nodes = 1;
    let mut deepest = 0;
    let mut add = |child: &Node| {
        let (count, depth) = measure(child);
        nodes += count;
        deepest = deepest.max(depth);
    };
    match &node.value {
        Value::List(list) => list.iter().for_each(&mut add),
        Value::Map(map) => map.values().for_each(&mut add),
        _ => {}
    }
    (nodes, deepest + 1)
}
