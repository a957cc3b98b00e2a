//! The site's JSON Schema, and which parts of it speak about a value.
//!
//! Beside the standard keywords the steps of `source` read:
//! - `x-short` — the short forms of a map or a list:
//!   `"to"`: a scalar stands for `{to: scalar}`; `"[]"`: a scalar stands for a list of it; `"keys"`: a list of texts (or one
//!   text) stands for a map of each to `{}`; or per type of value, `{"true": {…}, "string": "to", "array": "keys"}`: a map
//!   written out, or one of the three before. The types are `true`, `false`, `integer`, `number`, `string` and `array`.
//! - `x-dispatch: "kind"` with `x-kinds: {postgres: {…}}` — the value under `kind` picks a further schema.
//! - `x-planned: true` on a property or a kind, `x-planned-values` beside an `enum` — part of the language, refused as not built
//!   yet; `false` asks for nothing.
//! - `x-unit` — a check of texts that the `Validator` is given; `x-one-of` — of these keys exactly one is needed.
//!
//! Of the branches of an `anyOf` or `oneOf`, those of the value's type count; among several for maps, the first whose required
//! keys and constants the value has, or else the first.

use std::borrow::Cow;

use indexmap::IndexSet;
use serde_json::{Map, Value as Json};

use super::node::Node;
use super::pointer::Pointer;

/// `$ref` chains longer than this are cycles.
const LONGEST: usize = 16;

#[derive(Clone, Debug, Default)]
pub struct Schema {
    root: Cow<'static, Json>,
}

/// All schema objects that apply to one value.
#[derive(Clone, Debug, Default)]
pub(crate) struct View<'s>(Vec<&'s Map<String, Json>>);

impl Schema {
    pub fn new(root: Json) -> Schema {
        Schema { root: Cow::Owned(root) }
    }

    pub fn of(root: &'static Json) -> Schema {
        Schema {
            root: Cow::Borrowed(root),
        }
    }

    pub fn json(&self) -> &Json {
        &self.root
    }

    /// What applies to the root of a tree.
    pub(crate) fn of_root<'s>(&'s self, node: Option<&Node>) -> View<'s> {
        self.view([&*self.root], node, None)
    }

    /// What applies to the value at the pointer.
    pub(crate) fn view_at<'s>(&'s self, root: &Node, pointer: &Pointer) -> View<'s> {
        let mut node = Some(root);
        let mut view = self.of_root(node);
        for segment in pointer.segments() {
            let schemas = if node.is_some_and(|node| node.as_list().is_some()) {
                view.items()
            } else {
                view.property(&segment)
            };
            node = node.and_then(|node| node.step(&segment));
            view = self.view(schemas, node, None);
        }
        view
    }

    /// What applies to a value for which these schemas are given. `counterpart` is the value that it will be laid over, or under:
    /// it tells the kind where the value itself does not.
    pub(crate) fn view<'s>(
        &'s self,
        schemas: impl IntoIterator<Item = &'s Json>,
        node: Option<&Node>,
        counterpart: Option<&Node>,
    ) -> View<'s> {
        let mut view = View::default();
        for schema in schemas {
            self.gather(schema, node, counterpart, LONGEST, &mut view.0);
        }
        view
    }

    fn gather<'s>(
        &'s self,
        schema: &'s Json,
        node: Option<&Node>,
        counterpart: Option<&Node>,
        left: usize,
        out: &mut Vec<&'s Map<String, Json>>,
    ) {
        let (Json::Object(schema), Some(left)) = (schema, left.checked_sub(1)) else {
            return;
        };
        out.push(schema);
        if let Some(target) = self.target(schema) {
            self.gather(target, node, counterpart, left, out);
        }
        for part in list(schema, "allOf") {
            self.gather(part, node, counterpart, left, out);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(branch) = self.branch(list(schema, keyword), node) {
                self.gather(branch, node, counterpart, left, out);
            }
        }
        if let Some(kind) = self.kind_schema(schema, node, counterpart) {
            self.gather(kind, node, counterpart, left, out);
        }
    }

    /// What a `$ref` leads to.
    pub(crate) fn target<'s>(&'s self, schema: &Map<String, Json>) -> Option<&'s Json> {
        let reference = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        self.root.pointer(reference)
    }

    /// The key that dispatches, and the schema that it chooses by what the value itself says.
    pub(crate) fn kind_of<'s>(&'s self, schema: &'s Json, node: &Node) -> Option<(&'s str, &'s Json)> {
        let schema = schema.as_object()?;
        match schema.get("x-dispatch").and_then(Json::as_str) {
            Some(key) => Some((key, schema.get("x-kinds")?.get(node.child(key)?.as_str()?)?)),
            None => self.kind_of(self.target(schema)?, node),
        }
    }

    fn kind_schema<'s>(
        &'s self,
        schema: &'s Map<String, Json>,
        node: Option<&Node>,
        counterpart: Option<&Node>,
    ) -> Option<&'s Json> {
        let key = schema.get("x-dispatch")?.as_str()?;
        let kinds = schema.get("x-kinds")?.as_object()?;
        let told = |node: Option<&Node>| node?.child(key)?.as_str().map(str::to_owned);
        let default = || {
            let property = schema.get("properties")?.get(key)?;
            self.view([property], None, None)
                .default_value()?
                .as_str()
                .map(str::to_owned)
        };
        kinds.get(&told(node).or_else(|| told(counterpart)).or_else(default)?)
    }

    fn branch<'s>(&'s self, branches: &'s [Json], node: Option<&Node>) -> Option<&'s Json> {
        let kind = node.map_or("object", Node::type_name);
        let mut fitting = branches.iter().filter(|branch| self.accepts(branch, kind, LONGEST));
        let first = fitting.clone().next();
        match node {
            Some(node) if kind == "object" => fitting.find(|branch| self.has_marks(branch, node)).or(first),
            _ => first,
        }
    }

    /// Whether a map has the keys and constants that this branch asks for.
    fn has_marks(&self, branch: &Json, node: &Node) -> bool {
        self.view([branch], Some(node), None).0.iter().all(|part| {
            let required = list(part, "required")
                .iter()
                .filter_map(Json::as_str)
                .all(|key| node.child(key).is_some());
            let constants = properties(part).all(|(key, schema)| match (schema.get("const"), node.child(key)) {
                (Some(constant), Some(child)) => child.to_json() == *constant,
                _ => true,
            });
            required && constants
        })
    }

    /// Whether a value of this type could be valid at all. Short forms do not count.
    pub(crate) fn accepts(&self, schema: &Json, kind: &str, left: usize) -> bool {
        let (Json::Object(schema), Some(left)) = (schema, left.checked_sub(1)) else {
            return *schema == Json::Bool(true);
        };
        let fits = |name: &str| name == kind || name == "integer" && kind == "number";
        let of_type = match schema.get("type") {
            Some(Json::String(name)) => fits(name),
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).any(fits),
            _ => true,
        };
        let constant = schema.get("const").is_none_or(|constant| json_type(constant) == kind);
        let listed = list(schema, "enum");
        let listed = listed.is_empty() || listed.iter().any(|value| json_type(value) == kind);
        let referred = self
            .target(schema)
            .is_none_or(|target| self.accepts(target, kind, left));
        let all = list(schema, "allOf").iter().all(|part| self.accepts(part, kind, left));
        let any = ["anyOf", "oneOf"].into_iter().all(|keyword| {
            let branches = list(schema, keyword);
            branches.is_empty() || branches.iter().any(|branch| self.accepts(branch, kind, left))
        });
        of_type && constant && listed && referred && all && any
    }
}

impl<'s> View<'s> {
    pub(crate) fn parts(&self) -> impl Iterator<Item = &'s Map<String, Json>> + '_ {
        self.0.iter().copied()
    }

    /// The schemas given for what stands under a key.
    pub(crate) fn property(&self, key: &str) -> Vec<&'s Json> {
        let named: Vec<&Json> = self
            .parts()
            .filter_map(|part| part.get("properties")?.get(key))
            .collect();
        if !named.is_empty() {
            return named;
        }
        let patterns = |part: &&'s Map<String, Json>| part.get("patternProperties").and_then(Json::as_object);
        let patterns = self
            .parts()
            .filter_map(|part| patterns(&part))
            .flat_map(|patterns| patterns.values());
        let others = self.parts().filter_map(|part| part.get("additionalProperties"));
        patterns.chain(others).filter(|schema| schema.is_object()).collect()
    }

    pub(crate) fn items(&self) -> Vec<&'s Json> {
        self.parts()
            .filter_map(|part| part.get("items"))
            .filter(|schema| schema.is_object())
            .collect()
    }

    /// Every key that has a name here, in the order of the schema.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        // Several parts may name the same one, as the choice of a kind does.
        let keys: IndexSet<&'s str> = self.parts().flat_map(properties).map(|(key, _)| key.as_str()).collect();
        keys.into_iter()
    }

    /// Whether other keys than the named ones are allowed.
    pub(crate) fn is_open(&self) -> bool {
        !self.parts().any(|part| {
            ["additionalProperties", "unevaluatedProperties"]
                .iter()
                .any(|keyword| part.get(*keyword) == Some(&Json::Bool(false)))
        })
    }

    pub(crate) fn default_value(&self) -> Option<&'s Json> {
        self.parts()
            .find_map(|part| part.get("default"))
            .filter(|default| !default.is_null())
    }

    /// The key that a scalar in place of this map would stand for.
    pub(crate) fn short_key(&self) -> Option<&'s str> {
        let key = |short: &'s Json| {
            let named = short
                .as_str()
                .or_else(|| short.get("string")?.as_str())
                .or_else(|| short.get("number")?.as_str());
            named.filter(|name| !matches!(*name, "[]" | "keys"))
        };
        self.parts().filter_map(|part| part.get("x-short")).find_map(key)
    }

    pub(crate) fn is_planned(&self) -> bool {
        self.parts()
            .any(|part| part.get("x-planned") == Some(&Json::Bool(true)))
    }
}

pub(crate) fn list<'s>(schema: &'s Map<String, Json>, keyword: &str) -> &'s [Json] {
    schema.get(keyword).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn properties(schema: &Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
    schema.get("properties").and_then(Json::as_object).into_iter().flatten()
}

pub(crate) fn json_type(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}
