//! The value tree: JSON values of which each knows where it came from.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Number;

use super::place::Place;
use super::pointer::Pointer;

/// How a value came into the tree. What a short form stands for keeps the layer and the place of the short form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The file that was named on the command line.
    Manifest,
    /// A file that another one includes.
    Include,
    /// The overlay of this environment.
    Environment(Arc<str>),
    /// A section of `defaults`, as `defaults.all`.
    Defaults(Arc<str>),
    /// The default of the schema: written nowhere.
    Default,
}

/// One word, and the name of what it is one of.
impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layer::Manifest => f.write_str("manifest"),
            Layer::Include => f.write_str("include"),
            Layer::Environment(name) => write!(f, "environment {name}"),
            Layer::Defaults(section) => f.write_str(section),
            Layer::Default => f.write_str("default"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What to label. It never spans lines: a block, or a text of several lines, is labelled at its key.
    pub place: Option<Place>,
    pub layer: Layer,
}

impl Origin {
    pub const DEFAULT: Origin = Origin {
        place: None,
        layer: Layer::Default,
    };
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub value: Value,
    /// Of the key that this value stands under, if it stands in a map.
    pub key: Option<Place>,
    pub origin: Origin,
    /// How a plain scalar is written, where its value does not say so: `1.10`, `0x1F`, `True`.
    pub(crate) spelling: Option<Box<str>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Node>),
    Map(IndexMap<String, Node>),
}

impl Node {
    pub fn new(value: Value, origin: Origin) -> Node {
        Node {
            value,
            key: None,
            origin,
            spelling: None,
        }
    }

    pub fn empty_map(origin: Origin) -> Node {
        Node::new(Value::Map(IndexMap::new()), origin)
    }

    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(flag) = self.value {
            Some(flag)
        } else {
            None
        }
    }

    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value {
            Some(text)
        } else {
            None
        }
    }

    pub fn as_map(&self) -> Option<&IndexMap<String, Node>> {
        if let Value::Map(map) = &self.value {
            Some(map)
        } else {
            None
        }
    }

    pub fn as_map_mut(&mut self) -> Option<&mut IndexMap<String, Node>> {
        if let Value::Map(map) = &mut self.value {
            Some(map)
        } else {
            None
        }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        if let Value::List(list) = &self.value {
            Some(list)
        } else {
            None
        }
    }

    pub fn is_scalar(&self) -> bool {
        !matches!(self.value, Value::List(_) | Value::Map(_))
    }

    /// The value under a key, if this is a map that has it.
    pub fn child(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// One step down: a key of a map or an index of a list.
    pub fn step(&self, segment: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(map) => map.get(segment),
            Value::List(list) => list.get(segment.parse::<usize>().ok()?),
            _ => None,
        }
    }

    pub fn get(&self, pointer: &Pointer) -> Option<&Node> {
        pointer.segments().try_fold(self, |node, segment| node.step(&segment))
    }

    /// Where the value at the pointer came from, or else the nearest value around it that came from somewhere.
    pub fn locate(&self, pointer: &Pointer) -> Origin {
        self.trace(pointer, |node| node.origin.place.or(node.key))
    }

    /// As `locate`, but of the key that the value stands under.
    pub fn locate_key(&self, pointer: &Pointer) -> Origin {
        self.trace(pointer, |node| node.key.or(node.origin.place))
    }

    fn trace(&self, pointer: &Pointer, place: impl Fn(&Node) -> Option<Place>) -> Origin {
        let mut node = self;
        let mut found = Origin {
            place: place(node),
            layer: node.origin.layer.clone(),
        };
        for segment in pointer.segments() {
            let Some(next) = node.step(&segment) else {
                break;
            };
            node = next;
            found = Origin {
                place: place(node).or(found.place),
                layer: node.origin.layer.clone(),
            };
        }
        found
    }

    /// How the author wrote a scalar.
    pub fn spelling(&self) -> Cow<'_, str> {
        match (&self.spelling, &self.value) {
            (Some(spelling), _) => Cow::Borrowed(spelling),
            (None, Value::String(text)) => Cow::Borrowed(text),
            (None, Value::Number(number)) => Cow::Owned(number.to_string()),
            (None, Value::Bool(flag)) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            (None, Value::Null) => Cow::Borrowed("null"),
            (None, Value::List(_) | Value::Map(_)) => Cow::Borrowed(""),
        }
    }

    /// The name of the value's type in JSON Schema.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::List(_) => "array",
            Value::Map(_) => "object",
        }
    }

    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(flag) => serde_json::Value::Bool(*flag),
            Value::Number(number) => serde_json::Value::Number(number.clone()),
            Value::String(text) => serde_json::Value::String(text.clone()),
            Value::List(list) => list.iter().map(Node::to_json).collect(),
            Value::Map(map) => map.iter().map(|(key, node)| (key.clone(), node.to_json())).collect(),
        }
    }

    /// Every value of the tree gets the same origin.
    pub fn from_json(json: &serde_json::Value, origin: &Origin) -> Node {
        let value = match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Bool(*flag),
            serde_json::Value::Number(number) => Value::Number(number.clone()),
            serde_json::Value::String(text) => Value::String(text.clone()),
            serde_json::Value::Array(list) => {
                Value::List(list.iter().map(|item| Node::from_json(item, origin)).collect())
            }
            serde_json::Value::Object(map) => Value::Map(
                map.iter()
                    .map(|(key, item)| (key.clone(), Node::from_json(item, origin)))
                    .collect(),
            ),
        };
        Node::new(value, origin.clone())
    }

    /// Says of the whole tree that it came in through this layer.
    #[must_use]
    pub(crate) fn relabelled(mut self, layer: &Layer) -> Node {
        self.relabel(layer);
        self
    }

    fn relabel(&mut self, layer: &Layer) {
        self.origin.layer = layer.clone();
        match &mut self.value {
            Value::List(list) => list.iter_mut().for_each(|node| node.relabel(layer)),
            Value::Map(map) => map.values_mut().for_each(|node| node.relabel(layer)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::place::Files;
    use serde_json::json;

    #[test]
    fn locating_climbs_to_what_exists() {
        let mut files = Files::default();
        let file = files.add("x", "abcdef");
        let place = |start, end| Some(Place { file, start, end });
        let mut root = Node::from_json(&json!({"a": {"b": [1]}}), &Origin::DEFAULT);
        let a = root.as_map_mut().unwrap().get_mut("a").unwrap();
        a.key = place(1, 2);
        a.origin.layer = Layer::Manifest;
        let origin = root.locate(&"/a/b/0/missing".parse().unwrap());
        assert_eq!(
            origin,
            Origin {
                place: place(1, 2),
                layer: Layer::Default
            }
        );
        assert_eq!(root.locate(&"/a/zzz".parse().unwrap()).layer, Layer::Manifest);
        assert_eq!(root.locate(&"/zzz".parse().unwrap()).place, None);
    }

    #[test]
    fn json_comes_back_as_it_went_in() {
        let json = json!({"z": [1, 2.5, "x", null, true], "a": {}});
        assert_eq!(Node::from_json(&json, &Origin::DEFAULT).to_json(), json);
    }

    #[test]
    fn a_tree_can_be_shared_between_threads() {
        fn check<T: Send + Sync>() {}
        check::<Node>();
    }
}
