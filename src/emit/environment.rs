//! Environment files, which systemd and compose read alike.

use crate::render::escape;
use crate::site::{Encoding, EnvironmentFile, Pointer};

/// `NAME="value"` lines, and where each comes from.
pub(super) fn write(file: &EnvironmentFile) -> (String, Vec<(u32, Pointer)>) {
    let mut content = "# Made by Sitewright from the site's manifest: change that, not this file.\n".to_owned();
    let mut lines: Vec<(u32, Pointer)> = Vec::new();
    let mut line = 2;
    for variable in &file.variables {
        let value = variable.value.write(escape::environment_file, Encoding::Env);
        if lines.last().is_none_or(|(_, origin)| *origin != variable.origin) {
            lines.push((line, variable.origin.clone()));
        }
        line += 1 + u32::try_from(value.matches('\n').count()).unwrap_or(0);
        content.push_str(&format!("{}=\"{value}\"\n", variable.name));
    }
    (content, lines)
}
