//! Ports that a host opens, by what asked for them.

use crate::site::Opening;

impl Opening {
    /// `ports` of a service says so; others follow from `uses`, or from what the host is set up with.
    pub(super) fn is_of_ports(&self) -> bool {
        self.origin.segments().nth(2).is_some_and(|key| key == "ports")
    }
}
