//! Kind `static`: files that the web server serves by itself.

use super::app::release_directories;
use super::{Kind, Lowering, ProcessWish, Runtime};
use crate::manifest::services::{Common, Static};
use crate::site::Release;

impl Kind for Static {
    fn common(&self) -> &Common {
        &self.common
    }

    fn runtime(&self) -> Runtime {
        Runtime::None
    }

    fn protocol(&self) -> &'static str {
        "files"
    }

    fn processes(&self) -> Vec<ProcessWish> {
        Vec::new()
    }

    fn release(&self) -> Option<Release> {
        Some(Release {
            dir: self.release.dir.to_string(),
            keep: self.release.keep,
        })
    }

    fn lower(&self, lowering: &mut Lowering<'_>) {
        let origin = lowering.service.origin.child("release");
        for host in &lowering.service.hosts.clone() {
            release_directories(lowering.host(host), &self.release, &origin);
        }
    }
}
