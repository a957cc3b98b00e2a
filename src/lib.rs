//! Sitewright compiles one site manifest into the files of every environment and host.

pub mod diag;
pub mod emit;
mod kind;
pub mod manifest;
mod resolve;
pub(crate) mod render;
pub mod site;
pub mod source;
