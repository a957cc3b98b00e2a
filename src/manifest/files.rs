//! `files`: own files, placed on the host as they are or rendered from a template.

use super::values::{FileMode, MultiText, Name, SourcePath, UserName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file or a folder of a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "from"))]
pub struct File {
    #[serde(flatten)]
    pub source: FileSource,
    /// Who owns it. Default: root.
    pub owner: Option<UserName>,
    /// The group that may read it. Default: the service's, or root.
    pub group: Option<UserName>,
    /// Its permissions, in octal and quoted. Default: "0644"; "0640" where it holds a secret.
    #[schemars(example = &"0640")]
    pub mode: Option<FileMode>,
    /// What a change of it does to the service. Default: `restart`.
    #[serde(default)]
    pub on_change: OnChange,
}

/// A file or a folder of the site itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = "from"))]
pub struct SiteFile {
    #[serde(flatten)]
    pub source: FileSource,
    /// The hosts that get it. Default: all.
    #[serde(default)]
    #[schemars(extend("x-short" = "[]"))]
    pub on: Vec<Name>,
    /// Who owns it. Default: root.
    pub owner: Option<UserName>,
    /// The group that may read it. Default: root.
    pub group: Option<UserName>,
    /// Its permissions, in octal and quoted. Default: "0644"; "0600" where it holds a secret.
    #[schemars(example = &"0600")]
    pub mode: Option<FileMode>,
}

/// Where a file comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileSource {
    /// A file or a folder beside the manifest; what ends in `.hbs` is rendered, and may name `{{site.domain}}`, `{{host.private}}`, `{{uses.db.host}}` and `{{secret "name"}}`.
    #[schemars(example = &"files/config.yml.hbs")]
    From(SourcePath),
    /// What the file holds, as it is.
    Content(MultiText),
}

/// What a change of a file does to its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("enum" = ["restart", "reload", "nothing"], "x-planned-values" = ["reload"]))]
pub enum OnChange {
    #[default]
    Restart,
    Nothing,
}
