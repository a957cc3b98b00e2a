//! Raw keys that take back what the manifest says.

use serde_json::Value;

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::{Container, Site};

pub(super) const RULE: Rule = Rule {
    code: "setting-replaces",
    document: include_str!("setting_replaces.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let containers = site.hosts.iter().flat_map(|host| &host.containers);
    once(containers.flat_map(|container| {
        let settings = raw::settings(&container.service);
        let replaced = container.settings.iter().filter_map(|(key, value)| {
            let (lost, instead) = lost(container, key, value)?;
            Some((key, lost, instead))
        });
        replaced
            .map(|(key, lost, instead)| {
                Diagnostic::error(
                    RULE.code,
                    format!(
                        "`{key}` in the settings of `{}` replaces what the manifest says",
                        container.service
                    ),
                )
                .at_key(&settings.child(key), lost)
                .why("Raw settings have the last word, a whole key at a time.")
                .help(format!("remove `{key}` here, and write {instead}"))
            })
            .collect::<Vec<_>>()
    }))
}

/// What is lost by a raw key, and where to say it instead.
fn lost(container: &Container, key: &str, value: &Value) -> Option<(&'static str, &'static str)> {
    let names: Vec<String> = match value {
        Value::Object(map) => map.keys().cloned().collect(),
        other => raw::words(other),
    };
    let limited = container.memory.is_some() || container.cpus.is_some();
    match key {
        "volumes" => (!container.mounts.is_empty()).then_some((
            "nothing of `data`, `files` and `docker_socket` is mounted any more",
            "folders under `data`, and files under `files`",
        )),
        "environment" => (!container.environment.is_empty()).then_some((
            "what `env`, `port` and `uses` put there is gone",
            "variables under `env`",
        )),
        "env_file" => container
            .environment_file
            .is_some()
            .then_some(("the variables with secrets are gone", "variables under `env`")),
        "networks" => (!container.networks.iter().all(|network| names.contains(network))).then_some((
            "its way to the services that it uses, and the network is declared nowhere",
            "services under `uses`, or `network: host`",
        )),
        "network_mode" => (!container.networks.is_empty()).then_some((
            "compose refuses it beside the networks that are made here",
            "`network: host` where that is meant",
        )),
        "healthcheck" => container
            .healthcheck
            .is_some()
            .then_some(("`health` is gone", "it under `health`")),
        "depends_on" => (!container.depends_on.is_empty()).then_some((
            "the order of the start that `uses` makes is gone",
            "services under `uses`",
        )),
        "secrets" => (!container.secrets.is_empty()).then_some((
            "the secrets of `env` are not there",
            "`{secret: …, as: file}` under `env`",
        )),
        "deploy" => limited.then_some(("`limits` are gone", "limits under `limits`")),
        "image" => Some(("`image` is gone, and all that knows of it", "it under `image`")),
        "command" => (!container.command.is_empty()).then_some(("`command` is gone", "it under `command`")),
        _ => None,
    }
}
