//! Files, includes and overlays become one value tree of which every node knows its file, line and column.
//!
//! The steps, in the order in which a caller takes them:
//! `Source::load` (read, parse, expand short forms, lay included files under) → `Source::environment` (lay the overlays over) →
//! `defaults` (lay `defaults` under the services, drop `null`) → `fill` (schema defaults) → `interpolate` (`${…}`) →
//! `Validator::validate`. They all read one JSON Schema, see `Schema` for its `x-` keywords.
//!
//! The merge rule is RFC 7396 everywhere. `null` stays in the tree until `defaults`, so that it also removes what lies under a
//! service, not only what the file before it said.

mod assets;
mod codes;
mod defaults;
mod expand;
mod fill;
mod glob;
mod include;
mod interpolate;
mod merge;
mod node;
mod overlay;
mod place;
mod pointer;
mod read;
mod schema;
mod validate;
mod yaml;

pub use assets::Assets;
pub use codes::CODES;
pub use defaults::defaults;
pub use expand::expand;
pub use fill::fill;
pub use interpolate::interpolate;
pub use merge::merge;
pub use node::{Layer, Node, Origin, Value};
pub use place::{FileId, Files, Place, Position};
pub use pointer::{BadPointer, Pointer};
pub use schema::Schema;
pub use validate::{Units, Validator};

use camino::Utf8Path;

use crate::diag::{Diagnostic, Report};

/// A site as its author wrote it: all files merged, short forms expanded, overlays not yet applied.
#[derive(Clone, Debug)]
pub struct Source {
    pub files: Files,
    pub root: Node,
    /// What is worth a word but does not stop anything.
    pub warnings: Vec<Diagnostic>,
}

impl Source {
    /// Reads the manifest and all that it includes. The report of a failure is located and finished.
    pub fn load(path: &Utf8Path, schema: &Schema) -> Result<Source, Report> {
        include::Loader::new(schema).load(path)
    }

    /// A manifest that is no file. Its `include` is relative to the working directory.
    pub fn read(name: &str, text: &str, schema: &Schema) -> Result<Source, Report> {
        include::Loader::new(schema).read(Utf8Path::new(name), text)
    }
}
