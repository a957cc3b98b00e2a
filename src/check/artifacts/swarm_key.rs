//! Keys that nobody reads.

use serde_json::Value;

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "swarm-key",
    document: include_str!("swarm_key.md"),
    find,
};

/// Keys of `deploy` that only a swarm reads, and who says it here.
const SWARM: [(&str, &str); 4] = [
    ("endpoint_mode", "remove it"),
    ("placement", "write the host under `on`"),
    ("rollback_config", "remove it"),
    (
        "update_config",
        "remove it: compose replaces one container after the other",
    ),
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let containers = site.hosts.iter().flat_map(|host| &host.containers);
    once(containers.flat_map(|container| {
        let deploy = container.settings.get("deploy").and_then(Value::as_object);
        let origin = raw::settings(&container.service).child("deploy");
        SWARM
            .into_iter()
            .filter(|(key, _)| deploy.is_some_and(|deploy| deploy.contains_key(*key)))
            .map(|(key, help)| {
                Diagnostic::warning(RULE.code, format!("`deploy.{key}` does nothing outside of a swarm"))
                    .at_key(&origin.child(key), "compose passes over it")
                    .why("The containers here are run by compose: what it asks for does not happen.")
                    .help(help)
            })
            .collect::<Vec<_>>()
    }))
}
