//! What a service may do: nothing but what the manifest lets it.

use super::word;
use crate::site::Unit;

const PROGRAM: &[(&str, &str)] = &[
    ("UMask", "0027"),
    ("NoNewPrivileges", "yes"),
    ("ProtectSystem", "strict"),
    ("PrivateTmp", "yes"),
    ("PrivateDevices", "yes"),
    ("DevicePolicy", "closed"),
    ("ProtectProc", "invisible"),
    ("ProtectClock", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectControlGroups", "yes"),
    ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6 AF_NETLINK"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("LockPersonality", "yes"),
    ("RemoveIPC", "yes"),
    ("KeyringMode", "private"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@privileged @resources"),
    ("SystemCallErrorNumber", "EPERM"),
];

/// Settings of `[Service]`, in order.
pub(super) fn settings(unit: &Unit) -> Vec<(&'static str, String)> {
    let sandbox = &unit.sandbox;
    if sandbox.none {
        return Vec::new();
    }
    let mut settings: Vec<(&str, String)> = PROGRAM.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    let mut set = |key, value: &str| settings.push((key, value.to_owned()));
    set("ProtectHome", if lives_at_home(unit) { "read-only" } else { "yes" });
    // Capabilities count for nothing on the host's ports once users are mapped.
    if sandbox.low_ports {
        set("CapabilityBoundingSet", "CAP_NET_BIND_SERVICE");
        set("AmbientCapabilities", "CAP_NET_BIND_SERVICE");
    } else {
        set("CapabilityBoundingSet", "");
        set("AmbientCapabilities", "");
        set("PrivateUsers", "yes");
    }
    if !sandbox.jit {
        set("MemoryDenyWriteExecute", "yes");
    }
    if sandbox.loopback_only {
        set("IPAddressDeny", "any");
        set("IPAddressAllow", "localhost");
    }
    if let Some(state) = &sandbox.state_directory {
        set("StateDirectory", &word(state));
        set("StateDirectoryMode", "0750");
    }
    for path in &sandbox.writable {
        set("ReadWritePaths", &word(path));
    }
    settings
}

fn lives_at_home(unit: &Unit) -> bool {
    let paths = unit
        .sandbox
        .writable
        .iter()
        .chain(&unit.working_directory)
        .chain(unit.command.first());
    paths.into_iter().any(|path| {
        ["/home/", "/root/", "/run/user/"]
            .iter()
            .any(|home| path.starts_with(home))
    })
}
