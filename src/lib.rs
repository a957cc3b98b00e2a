//! Sitewright compiles one site manifest into the files of every environment and host.
//!
//! # The stages
//!
//! ```text
//! path ─▶ Source ─▶ Manifest ─▶ Site ─┬─▶ Report                            check
//!                                     └─▶ Artifacts ─▶ Bundle ─▶ disk │ Diff    compile, diff
//! ```
//!
//! 1. [`source`] reads the manifest and all that it includes into one tree of which every node knows its file, line and
//!    column, lays the environment's overlay over it, fills in defaults and holds it against the schema.
//! 2. [`manifest`] is that tree, typed.
//! 3. [`resolve`] decides what the author left open, and asks each kind of service for its parts.
//! 4. [`site`] is the result: one environment, all of it decided.
//! 5. `check` looks for mistakes that cross files.
//! 6. [`emit`] writes the parts of each host down as artifacts, by templates that [`render`] escapes.
//! 7. [`bundle`] puts them on disk, or says how the disk differs.
//!
//! # What always holds
//!
//! - The same manifest and lock give the same bytes: no clock, no environment, no randomness, no hash order.
//! - Every node of the [`site::Site`] names the place of the manifest that it comes from.
//! - A user's mistake is a [`diag::Diagnostic`]; all of them come in one run; no input panics.
//! - A secret's value has no way in: the [`site::Site`] holds names.
//! - No value leaves the syntax that it is put into.
//! - The bundle on disk is the old one or the new one.

pub mod bundle;
pub mod check;
mod compile;
pub mod diag;
pub mod diff;
mod digest;
pub mod emit;
mod kind;
pub mod manifest;
pub(crate) mod render;
pub mod resolve;
pub mod site;
pub mod source;
mod spread;

pub use compile::{Compilation, Compiler, EnvironmentResult};
