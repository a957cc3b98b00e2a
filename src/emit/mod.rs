//! Artifacts: one folder a family, its templates beside it.
//!
//! An emitter reads the parts of one host and writes the files of its family; it decides nothing that another family
//! could see. What a file needs beside itself (packages, users, actions) it says in its [`Emission`].

mod artifact;
pub(crate) mod coredns;
pub(crate) mod nginx;
pub(crate) mod tls;

pub use artifact::{Artifact, Emission, Phase};

use crate::site::{Host, Site};

/// One artifact family.
pub(crate) struct Emitter {
    /// Name of the family and of its folder; `install.sh --only` takes it.
    pub(crate) name: &'static str,
    pub(crate) emit: fn(&Site, &Host) -> Emission,
}
