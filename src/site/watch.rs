//! Who is told of what happens on a host.

use std::collections::BTreeSet;

use super::*;

/// The health check of a host by the clock.
#[derive(Debug, Clone)]
pub struct Watch {
    pub origin: Pointer,
    /// Seconds from one run to the next.
    pub every: u64,
    /// How often in a row a probe must say the same before anybody is told.
    pub failures: u32,
    /// Names of [`Channel`]s.
    pub notify: Vec<String>,
    /// Address that is asked for after a run without a critical probe.
    pub heartbeat: Option<Text>,
}

impl Host {
    /// Names of the channels that something on this host writes to.
    pub fn told(&self) -> BTreeSet<&str> {
        let backup = self.backup.iter().flat_map(|plan| &plan.notify);
        let watch = self.watch.iter().flat_map(|watch| &watch.notify);
        let jobs = self.jobs.iter().flat_map(|job| &job.notify);
        backup.chain(watch).chain(jobs).map(String::as_str).collect()
    }

    /// The dead man's signals of this host: whose each is, and the address that is asked for.
    pub fn heartbeats(&self) -> Vec<(&'static str, &Text, &Pointer)> {
        let backup = self
            .backup
            .iter()
            .filter_map(|plan| Some(("backup", plan.heartbeat.as_ref()?, &plan.origin)));
        let watch = self
            .watch
            .iter()
            .filter_map(|watch| Some(("health", watch.heartbeat.as_ref()?, &watch.origin)));
        backup.chain(watch).collect()
    }
}
