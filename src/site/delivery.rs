//! How the bundle of an environment reaches its hosts.

use super::*;

/// What the script and the workflows of an environment need to know.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub origin: Pointer,
    /// Whose workflows are written.
    pub forge: Option<Forge>,
    /// The branch that is deployed.
    pub branch: String,
    /// Somebody has to approve each deployment.
    pub approve: bool,
    /// The admin that logs in to the hosts; becomes root by sudo.
    pub user: String,
    /// The manifest, from the repository's root.
    pub manifest: String,
    /// What puts Sitewright on the PATH where changes are checked; empty where it is there.
    pub install: Vec<String>,
}

/// A forge with workflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Forge {
    Github,
    Gitea,
}
