//! `deploy`: how the bundle and the releases reach the hosts, and what the repository's own checks do about it.

use super::values::{Argument, BranchName, Name, SourcePath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the bundle and the releases reach the hosts: a script for each environment, and workflows for the repository that
/// holds the manifest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = serde_json::json!({"ci": "github", "approve": ["production"]}))]
pub struct Deploy {
    /// `rolling`: host after host, each once the one before it is well; when one is not, all go back. Default: `rolling`.
    #[serde(default)]
    pub strategy: Strategy,
    /// Whose workflows are written, into the bundle's `.github` or `.gitea`, to be copied to the repository's root. Default: none,
    /// only the script.
    pub ci: Option<Forge>,
    /// The branch that is deployed when it changes. Default: `main`.
    #[serde(default = "main_branch")]
    pub branch: BranchName,
    /// Environments that somebody has to approve, each time. The others are deployed as soon as the branch has their new bundle.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"), example = ["production"])]
    pub approve: Vec<Name>,
    /// Who logs in to the hosts: an admin with `sudo`. Default: the one called `deploy`, or the only one there is.
    pub user: Option<Name>,
    /// The manifest, from the repository's root; `out/` lies beside it. Default: `site.yaml`.
    #[serde(default = "manifest")]
    #[schemars(example = &"infra/site.yaml")]
    pub manifest: SourcePath,
    /// A command that puts this version of Sitewright on the PATH of the machine that checks a change. Default: none, it is there.
    #[schemars(length(min = 1), example = ["cargo", "install", "--locked", "--path", "tools/sitewright"])]
    pub install: Option<Vec<Argument>>,
}

fn main_branch() -> BranchName {
    "main".parse().expect("a branch")
}

fn manifest() -> SourcePath {
    "site.yaml".parse().expect("a path")
}

/// In which order the hosts get what is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    #[default]
    Rolling,
}

/// A forge with workflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Forge {
    Github,
    Gitea,
}
