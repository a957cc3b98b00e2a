//! What `sentinel` and `on` cannot mean together.

use crate::diag::Diagnostic;
use crate::kind::{Lowering, Runtime};
use crate::manifest::services::Redis;

pub(in crate::kind::redis) fn contradictions(redis: &Redis, lowering: &mut Lowering<'_>) {
    let Some(sentinel) = redis.sentinel else { return };
    let service = lowering.service;
    let origin = service.origin.child("sentinel");
    let count = u32::try_from(service.hosts.len()).unwrap_or(u32::MAX);
    let (found, why, help) = if redis.external.is_some() {
        (
            Diagnostic::error(
                "too-few-sentinels",
                format!("`{}` has nowhere to fail over to", service.name),
            )
            .at_key(&origin, "somebody else runs it"),
            "Who runs a server watches it.",
            "remove `sentinel`",
        )
    } else if service.runtime != Runtime::Container {
        (
            Diagnostic::error(
                "not-built",
                format!(
                    "Sentinel for `{}` outside of a container is not built yet",
                    service.name
                ),
            )
            .at_key(&origin, "not built yet"),
            "This version watches only servers in containers.",
            "write `runtime: container`",
        )
    } else if count < 3 {
        (
            Diagnostic::error(
                "too-few-sentinels",
                format!("`{}` has too few hosts to fail over", service.name),
            )
            .at(service.origin.child("on"), format!("{count} of them"))
            .at_key(&origin, "asks for a failover"),
            "Of two hosts that no longer hear each other, neither knows which one is lost: more than half have to agree.",
            "name three hosts; the third may be a small one",
        )
    } else if sentinel.quorum.is_some_and(|quorum| quorum > count || quorum == 0) {
        (
            Diagnostic::error(
                "too-few-sentinels",
                format!("`{}` has too few hosts for its quorum", service.name),
            )
            .at(origin.child("quorum"), "so many have to agree")
            .at(service.origin.child("on"), format!("{count} of them")),
            "A failover that needs more Sentinels than there are never comes.",
            "write at most one for each host, or leave it out",
        )
    } else {
        return;
    };
    lowering.found.push(found.why(why).help(help));
}
