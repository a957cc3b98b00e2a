//! Files that a kind of service or an escape hatch made whole, and what goes with them.

use super::{Emission, Emitter};
use crate::site::{Host, Site};

pub(crate) const EMITTER: Emitter = Emitter { name: "files", emit };

fn emit(_: &Site, host: &Host) -> Emission {
    Emission {
        artifacts: host.files.iter().map(Into::into).collect(),
        packages: host.packages.clone(),
        programs: host.programs.clone(),
        actions: host.actions.clone(),
        enabled: host.enabled.clone(),
        ..Emission::default()
    }
}
