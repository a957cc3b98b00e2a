//! What a section of kind `redis` cannot mean.

use super::{SHARE, packaged, settings};
use crate::diag::Diagnostic;
use crate::kind::server::{self, Budget};
use crate::kind::{Lowering, Runtime};
use crate::manifest::services::Redis;
use crate::manifest::values::Setting;

pub(super) fn contradictions(redis: &Redis, lowering: &mut Lowering<'_>, host: &str) {
    if redis.sentinel.is_none() {
        server::refuse_several_hosts(lowering, "name one host, or three and `sentinel: {quorum: 2}`");
    }
    server::refuse_derived(
        &redis.settings,
        &[
            ("port", "write `port` beside `kind`"),
            ("bind", "it follows from who uses the service"),
            ("dir", "the package or the volume says where data is"),
            ("dbfilename", "the backup reads `dump.rdb`"),
            ("aclfile", "users are made by this kind"),
            (
                "requirepass",
                "the service makes a user and a password for those who use it",
            ),
            (
                "user",
                "users are made by this kind; `disable_commands` takes commands away",
            ),
            ("replicaof", "it follows from `on`, and from the last failover"),
            ("masteruser", "copies log in by a user of this kind's"),
            ("masterauth", "copies log in by a user of this kind's"),
            ("replica-announce-ip", "it is the host's address among the others"),
            ("replica-announce-port", "it follows from `port`"),
            ("daemonize", "systemd or the engine watches the process"),
            ("supervised", "systemd or the engine watches the process"),
        ],
        lowering,
    );
    version(redis, lowering, host);
    memory(redis, lowering, host);
}

/// The distribution's package has one version.
fn version(redis: &Redis, lowering: &mut Lowering<'_>, host: &str) {
    let Some(version) = redis
        .version
        .as_ref()
        .filter(|_| lowering.service.runtime == Runtime::Native)
    else {
        return;
    };
    let packaged = packaged(lowering.host(host).os);
    if version.major().parse() == Ok(packaged) {
        return;
    }
    lowering.found.push(
        Diagnostic::error(
            "unsupported-version",
            format!("the operating system of `{host}` has Redis {packaged}, not {version}"),
        )
        .at(lowering.service.origin.child("version"), "this version")
        .why("A native service is the distribution's package.")
        .help(format!(
            "write `version: \"{packaged}\"`, leave it out, or write `runtime: container`"
        )),
    );
}

/// A server that may hold as much as its limit is killed while it writes a snapshot.
fn memory(redis: &Redis, lowering: &mut Lowering<'_>, host: &str) {
    let limit = Budget::new(redis.limits, lowering.host(host), SHARE).memory;
    let Some((_, value)) = redis
        .settings
        .iter()
        .find(|(name, _)| name.as_str().eq_ignore_ascii_case("maxmemory"))
    else {
        return;
    };
    let text = match value {
        Setting::Text(text) => text.to_string(),
        Setting::Number(number) => number.to_string(),
        _ => return,
    };
    let most = settings::most_memory(limit);
    if settings::bytes(&text).is_some_and(|bytes| bytes > 0 && bytes <= most) {
        return;
    }
    let told = redis.limits.memory.map_or_else(
        || format!("no limit is set, so it is {}MiB", limit >> 20),
        |limit| limit.to_string(),
    );
    let origin = &lowering.service.origin;
    lowering.found.push(
        Diagnostic::error(
            "too-much-memory",
            format!(
                "`maxmemory` leaves less than a quarter of the limit of `{}`",
                lowering.service.name
            ),
        )
        .at(origin.child("settings").child("maxmemory"), text)
        .at(origin.child("limits").child("memory"), told)
        .why("A snapshot copies what changes meanwhile, and clients need buffers; at its limit the process is killed.")
        .help(format!(
            "write at most `maxmemory: {}mb`, leave it out, or raise the limit",
            most >> 20
        )),
    );
}
