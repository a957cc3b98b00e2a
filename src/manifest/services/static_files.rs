//! Kind `static`: files that nginx serves by itself.

use super::app::Release;
use super::common::Common;
use crate::manifest::values::{Duration, SourcePath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Files that the web server serves by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Static {
    #[serde(flatten)]
    pub common: Common,
    /// Built files on the host.
    pub release: Release,
    /// The folder within a release that is served. Default: the release itself.
    #[schemars(example = &"dist")]
    pub root: Option<SourcePath>,
    /// Answers with index.html where there is no file, as applications within one page need it. Default: false.
    #[serde(default)]
    pub spa: bool,
    /// How long browsers may keep the files.
    #[serde(default)]
    pub expires: Expires,
}

/// How long browsers may keep files.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expires {
    /// Scripts, styles, images and fonts, whose names change with what they hold. Default: `30d`.
    #[serde(default = "assets")]
    #[schemars(example = &"365d")]
    pub assets: Duration,
    /// Pages. Default: `0s`, asked for each time.
    #[serde(default = "pages")]
    pub pages: Duration,
}

impl Default for Expires {
    fn default() -> Self {
        Self {
            assets: assets(),
            pages: pages(),
        }
    }
}

fn assets() -> Duration {
    Duration::seconds(30 * 86_400)
}

fn pages() -> Duration {
    Duration::seconds(0)
}
