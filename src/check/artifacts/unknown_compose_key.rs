//! Keys with which compose refuses the file.

use crate::check::Rule;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::{Diagnostic, suggest};
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "unknown-compose-key",
    document: include_str!("unknown_compose_key.md"),
    find,
};

/// Keys of a service in the Compose Specification.
const KEYS: [&str; 92] = [
    "annotations",
    "attach",
    "blkio_config",
    "build",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "command",
    "configs",
    "container_name",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpus",
    "cpuset",
    "credential_spec",
    "depends_on",
    "deploy",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "external_links",
    "extra_hosts",
    "gpus",
    "group_add",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "ipc",
    "isolation",
    "label_file",
    "labels",
    "links",
    "logging",
    "mac_address",
    "mem_limit",
    "mem_reservation",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "network_mode",
    "networks",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "pids_limit",
    "platform",
    "ports",
    "post_start",
    "pre_stop",
    "privileged",
    "profiles",
    "provider",
    "pull_policy",
    "pull_refresh_after",
    "read_only",
    "restart",
    "runtime",
    "scale",
    "secrets",
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "storage_opt",
    "sysctls",
    "tmpfs",
    "tty",
    "ulimits",
    "use_api_socket",
    "user",
    "userns_mode",
    "uts",
    "volumes",
    "volumes_from",
    "working_dir",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let containers = site.hosts.iter().flat_map(|host| &host.containers);
    once(containers.flat_map(|container| {
        let settings = raw::settings(&container.service);
        let unknown = container
            .settings
            .keys()
            .filter(|key| !key.starts_with("x-") && !KEYS.contains(&key.as_str()));
        unknown
            .map(|key| {
                let help = suggest(key, KEYS).map_or_else(
                    || "remove it; a key of your own begins with `x-`".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                Diagnostic::error(RULE.code, format!("a compose service has no key `{key}`"))
                    .at_key(&settings.child(key), "no such key")
                    .why("Compose refuses the whole file for it, and with it every container of the host.")
                    .help(help)
            })
            .collect::<Vec<_>>()
    }))
}
