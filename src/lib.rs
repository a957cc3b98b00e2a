//! Sitewright compiles one site manifest into the files of every environment and host.

pub mod emit;
pub(crate) mod render;
pub mod site;
/// Stand-in until the source module lands.
pub mod source;
