//! Keys: unknown ones, missing ones, and those that exclude each other.

use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value as Json;

use super::{Teller, split};
use crate::diag::{Diagnostic, listing, suggest};
use crate::source::node::Node;
use crate::source::pointer::Pointer;
use crate::source::schema::{View, list};
use crate::source::validate::planned::planned_values;
use crate::source::validate::{Told, words};

impl<'a> Teller<'a> {
    pub(super) fn unknown(&self, pointer: &Pointer, view: &View<'a>, key: &str) -> Told {
        let known: Vec<&str> = view.keys().collect();
        unknown_key(pointer, key, &known, self.elsewhere(pointer, view, key))
    }

    /// Where else the key belongs: a wrong indentation puts it one level too deep or too high.
    fn elsewhere(&self, pointer: &Pointer, view: &View<'a>, key: &str) -> Option<String> {
        // What has a kind of its own is a service.
        let value = self.root.get(&pointer.child(key));
        if let (Some(name), true) = (pointer.last(), value.is_some_and(|value| value.child("kind").is_some())) {
            return Some(format!("indent `{key}` like `{name}`, if it is a service of its own"));
        }
        let outer = pointer
            .parent()
            .filter(|parent| self.schema.view_at(self.root, parent).keys().any(|known| known == key));
        if let Some(outer) = outer {
            return Some(format!("`{key}` belongs one level up, in {}", outer.in_words()));
        }
        let has = |outer: &&str| {
            self.schema
                .view(view.property(outer), None, None)
                .keys()
                .any(|known| known == key)
        };
        view.keys()
            .find(has)
            .map(|outer| format!("`{key}` belongs under `{outer}`: write `{outer}: {{{key}: …}}`"))
    }

    pub(super) fn missing(&self, pointer: &Pointer, node: &Node, view: &View<'a>, key: &str) -> Told {
        let known: Vec<&str> = view.keys().collect();
        let mut unknown = node
            .as_map()
            .into_iter()
            .flat_map(|map| map.keys())
            .filter(|key| !known.contains(&key.as_str()));
        if let Some(misspelt) = unknown.find(|unknown| meant_by(unknown, &[key]).is_some()) {
            return unknown_key(pointer, misspelt, &[key], None);
        }
        let at = self.written(pointer);
        let help = self.misplaced(pointer, key);
        let inner = self.schema.view(view.property(key), None, None);
        let example = words::sample(self.schema, &inner).or_else(|| {
            let values = inner.parts().find_map(|part| part.get("enum")?.as_array())?;
            let planned: Vec<&str> = planned_values(&inner).collect();
            values
                .iter()
                .find(|value| value.as_str().is_none_or(|value| !planned.contains(&value)))
                .map(words::typed)
        });
        let description = inner
            .parts()
            .find_map(|part| part.get("description")?.as_str())
            .unwrap_or_default();
        let finding = Diagnostic::error("missing-key", format!("{} needs `{key}`", at.in_words()))
            .at_key(&at, format!("`{key}` is missing here"))
            .why(description.lines().next().unwrap_or_default())
            .help(help.unwrap_or_else(|| format!("add `{key}: {}`", example.as_deref().unwrap_or("…"))));
        Told {
            pointer: pointer.child(key),
            finding,
        }
    }

    /// Why a service has no `kind`: it is another one misspelt in an overlay, or no service at all.
    fn misplaced(&self, pointer: &Pointer, key: &str) -> Option<String> {
        let (name, outer) = (pointer.last().filter(|_| key == "kind")?, pointer.parent()?);
        let root = self.schema.view_at(self.root, &Pointer::root());
        if root.keys().any(|known| known == name) {
            return Some(format!("`{name}` belongs at the top of the manifest: indent it less"));
        }
        let siblings = self.root.get(&outer)?.as_map()?.keys().map(String::as_str);
        let near = suggest(&name, siblings)?;
        Some(format!(
            "did you mean `{}`? Otherwise add `kind: app`",
            outer.child(near).in_words().trim_matches('`')
        ))
    }

    pub(super) fn key_choice(&self, at: &Pointer, node: &Node, view: &View<'a>, keys: &[&str]) -> Diagnostic {
        let present: Vec<&str> = keys.iter().copied().filter(|key| node.child(key).is_some()).collect();
        let all = listing(keys.iter().copied()).replace(" and `", " or `");
        let name = at.in_words();
        if present.is_empty() {
            let first = keys.first().copied().unwrap_or_default();
            let example = words::example(&self.schema.view(view.property(first), None, None));
            return Diagnostic::error("key-choice", format!("{name} needs one of {all}"))
                .at_key(at, "none of them is here")
                .help(format!(
                    "add one, as in `{first}: {}`",
                    example.as_deref().unwrap_or("…")
                ));
        }
        let both = listing(present.iter().copied());
        let finding = Diagnostic::error(
            "key-choice",
            format!("{name} has {both}, and only one of them can count"),
        );
        present
            .iter()
            .fold(finding, |finding, key| finding.at_key(&at.child(key), ""))
            .help(format!("keep one of {all}"))
    }
}

/// Words of other tools, and what they are here.
const SYNONYMS: &[(&str, &str)] = &[
    ("type", "kind"),
    ("environment", "env"),
    ("depends_on", "uses"),
    ("volumes", "data"),
    ("healthcheck", "health"),
    ("replicas", "instances"),
    ("scale", "instances"),
    ("entrypoint", "command"),
    ("cmd", "command"),
    ("build", "image"),
    ("mem_limit", "limits"),
    ("resources", "limits"),
    ("cron", "schedule"),
    ("ip", "address"),
    ("ram", "memory"),
    ("email", "contact"),
    ("tz", "timezone"),
    ("provider", "issuer"),
    ("host", "on"),
    ("hosts", "on"),
    ("locations", "paths"),
    ("proxy_pass", "to"),
    ("upstream", "to"),
    ("users", "admins"),
    ("servers", "hosts"),
    ("retention", "keep"),
    ("destinations", "to"),
];

/// The key that is meant, by its likeness or by what other tools call it.
fn meant_by<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let likely = suggest(key, known.iter().copied());
    let synonym = || {
        let mut named = SYNONYMS.iter().filter(|(other, _)| *other == key);
        named.find_map(|(_, own)| known.iter().copied().find(|known| known == own))
    };
    let unspaced = || known.iter().copied().find(|own| key.starts_with(&format!("{own}:")));
    likely.or_else(synonym).or_else(unspaced)
}

/// The keys of which exactly one is needed.
pub(super) fn one_of<'s>(view: &View<'s>) -> Option<Vec<&'s str>> {
    let keys: Vec<&str> = view
        .parts()
        .flat_map(|part| list(part, "x-one-of"))
        .filter_map(Json::as_str)
        .collect();
    (!keys.is_empty()).then_some(keys)
}

pub(crate) fn unknown_key(pointer: &Pointer, key: &str, known: &[&str], elsewhere: Option<String>) -> Told {
    let at = pointer.child(key);
    let first = |apart: char| key.split(apart).next().filter(|first| known.contains(first));
    let help = match (meant_by(key, known), elsewhere) {
        _ if key.contains(':') && first(':').is_some() => {
            format!("write a blank after the colon: `{}`", key.replacen(':', ": ", 1))
        }
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, None) if key.contains('.') && first('.').is_some() => {
            format!(
                "write a map in a map: `{}: …{}`",
                key.replace('.', ": {"),
                "}".repeat(key.matches('.').count())
            )
        }
        (None, Some(elsewhere)) => elsewhere,
        (None, None) if known.is_empty() => "it takes no keys: remove this one".to_owned(),
        (None, None) => format!("it takes {}", listing(known.iter().copied())),
    };
    let inside = if pointer.is_root() {
        "at the top of the manifest".to_owned()
    } else {
        format!("in {}", pointer.in_words())
    };
    let finding = Diagnostic::error("unknown-key", format!("unknown key {} {inside}", words::quoted(key)))
        .at_key(&at, "no such key")
        .help(help);
    Told { pointer: at, finding }
}

pub(super) fn bad_key(pointer: &Pointer, key: &str, kind: &Kind) -> Told {
    let at = pointer.child(key);
    let finding = match kind {
        Kind::Custom { message, .. } => {
            let (what, todo) = split(message);
            let finding = Diagnostic::error("invalid-key", format!("a key of {}: {what}", pointer.in_words()));
            finding.help(todo.unwrap_or("name it otherwise"))
        }
        Kind::Enum { options } => {
            let names: Vec<&str> = options
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Json::as_str)
                .collect();
            return unknown_key(pointer, key, &names, None);
        }
        _ => Diagnostic::error(
            "invalid-key",
            format!("{} cannot be a key of {}", words::quoted(key), pointer.in_words()),
        )
        .help("name it otherwise"),
    };
    Told {
        finding: finding.at_key(&at, ""),
        pointer: at,
    }
}
