//! Containers that are none.

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::{Container, Site};

pub(super) const RULE: Rule = Rule {
    code: "container-privileges",
    document: include_str!("container_privileges.md"),
    find,
};

/// Capabilities that are the host's root in other words.
const CAPABILITIES: [&str; 6] = [
    "ALL",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_BOOT",
    "DAC_READ_SEARCH",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    once(
        site.hosts
            .iter()
            .flat_map(|host| &host.containers)
            .filter_map(|container| {
                let settings = raw::settings(&container.service);
                let given: Vec<(&str, String)> = container
                    .settings
                    .iter()
                    .filter_map(|(key, value)| Some((key.as_str(), gives(container, key, value)?)))
                    .collect();
                let title = format!("`{}` is not kept apart from its host", container.service);
                let labelled = given
                    .iter()
                    .fold(Diagnostic::warning(RULE.code, title), |finding, (key, what)| {
                        finding.at_key(&settings.child(key), what)
                    });
                let (first, _) = given.first()?;
                Some(
                    labelled
                        .why("Whoever takes this container over has the host, and all that is on it.")
                        .help(format!(
                            "give it the one capability or device that it needs, or say why it must be: `waive: {{{}: {{{}: \"…\"}}}}`",
                            settings.child(first).dotted(),
                            RULE.code
                        )),
                )
            }),
    )
}

/// What a compose key gives away.
fn gives(container: &Container, key: &str, value: &serde_json::Value) -> Option<String> {
    let words = raw::words(value);
    let one = || words.first().filter(|_| words.len() == 1);
    match key {
        "privileged" => one()
            .filter(|word| raw::is_on(word))
            .map(|_| "all of the host's devices and capabilities".into()),
        "pid" | "ipc" | "cgroup" => one()
            .filter(|word| *word == "host")
            .map(|_| format!("the host's own `{key}` namespace")),
        "cap_add" => words.iter().find_map(|word| {
            let name = word.to_ascii_uppercase();
            let name = name.strip_prefix("CAP_").unwrap_or(&name);
            let network = name == "NET_ADMIN" && container.host_network;
            (CAPABILITIES.contains(&name) || network).then(|| format!("`{word}` is as much as root on the host"))
        }),
        "cap_drop" => {
            let all = words.iter().any(|word| word.eq_ignore_ascii_case("all"));
            (!all).then(|| "replaces `ALL`, so all others are kept".into())
        }
        "security_opt" => security(&words),
        "devices" => words.iter().find_map(|word| {
            let device = word.split(':').next().unwrap_or(word);
            is_disk(device).then(|| format!("`{device}` is a disk or the memory of the host"))
        }),
        _ => None,
    }
}

fn security(options: &[String]) -> Option<String> {
    let is = |option: &str, name: &str, value: &str| {
        option
            .split_once(['=', ':'])
            .is_some_and(|(key, given)| key == name && given == value)
    };
    let open = options.iter().find(|option| {
        ["seccomp", "apparmor", "systempaths"]
            .iter()
            .any(|name| is(option, name, "unconfined"))
            || is(option, "label", "disable")
            || is(option, "no-new-privileges", "false")
    });
    let kept = options
        .iter()
        .any(|option| option == "no-new-privileges" || is(option, "no-new-privileges", "true"));
    match open {
        Some(option) => Some(format!("`{option}` switches a wall off")),
        None => (!kept).then(|| "replaces the list that has `no-new-privileges:true`".into()),
    }
}

fn is_disk(device: &str) -> bool {
    let Some(name) = device.strip_prefix("/dev/") else {
        return device == "/dev";
    };
    let disks = ["sd", "vd", "xvd", "nvme", "dm-", "md", "mapper/"];
    matches!(name, "" | "mem" | "kmem" | "port") || disks.iter().any(|disk| name.starts_with(disk))
}
