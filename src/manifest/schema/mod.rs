//! The JSON schema of the manifest, made of its types.
//!
//! [`schema`] is what validation, expansion of short forms and filling of defaults walk over. It is kept to few forms:
//!
//! - a place is an object with `type`, or a `$ref` to `#/$defs/…` whose siblings (description, default, `x-short`)
//!   come before those of the definition;
//! - an object has `properties`, with `additionalProperties: false`; a map has `additionalProperties` with the
//!   schema of its values and `propertyNames` with the unit of its keys; where an object has known keys and takes
//!   others as well, these stand under `patternProperties`;
//! - a list has `items`;
//! - there are no unions of schemas: where a scalar or a map may stand, `type` is a list, and what concerns maps
//!   concerns maps only (and `if` a string `then` it is one of an `enum`);
//! - `null` is never allowed, and no default is null.
//!
//! What JSON Schema has no word for:
//!
//! | keyword | means |
//! | --- | --- |
//! | `x-unit` | strings here are checked by this unit of [`super::units`] |
//! | `x-short` | short forms: `"key"` a scalar is the value of that key; `"[]"` a scalar is a list of one; `"keys"` a list of names is a map of each to `{}`; an object gives one for each JSON type (`string`, `integer`, `array`, `true`): the key that takes it, or the map that it stands for |
//! | `x-pattern` | the unit as a regular expression, for editors |
//! | `x-off` | `false` turns this off; `true` is short for `{}` |
//! | `x-one-of` | exactly one of these keys is needed (spelled out for others by `oneOf`) |
//! | `x-dispatch`, `x-kinds` | the key that chooses the schema, and the schema for each of its values (spelled out by `allOf`) |
//! | `x-planned`, `x-planned-values` | part of the language, refused by its name for now; `false` asks for nothing |
//! | `enumDescriptions` | what each name of `enum` means, as editors show it |
//! | `x-patch` | a JSON Merge Patch of what this pointer leads to |
//! | `x-raw` | anything, not looked into |

mod editor;
mod patch;
mod strict;

use serde_json::Value;
use std::sync::LazyLock;

static STRICT: LazyLock<Value> = LazyLock::new(strict::generate);

/// The schema of long forms, which validation uses.
pub fn schema() -> &'static Value {
    &STRICT
}

/// The schema for editors: short forms as well, patterns of units, patches in `environments` and `defaults`.
pub fn editor_schema() -> Value {
    editor::generate(schema())
}

/// What schema/site.schema.json holds.
pub fn editor_schema_text() -> String {
    let mut text = serde_json::to_string_pretty(&editor_schema()).expect("a value of strings, numbers and maps");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
