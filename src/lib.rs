//! Sitewright compiles one site manifest into the files of every environment and host.

pub mod diag;
pub mod source;
