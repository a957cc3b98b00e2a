//! Containers with the host's own folders.

use serde_json::Value;

use crate::check::Rule;
use crate::check::folders::is_within;
use crate::check::once::once;
use crate::check::raw;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "host-folder-mounted",
    document: include_str!("host_folder_mounted.md"),
    find,
};

/// Keys, passwords and data of others are in them.
const TOLD: [&str; 4] = ["/etc", "/home", "/root", "/var/lib"];
const TOLD_BELOW: [&str; 3] = ["/etc/ssh", "/etc/sudoers.d", "/root/.ssh"];
/// The host runs by them; to be read they are harmless, as monitoring and log shippers do.
const RUN: [&str; 12] = [
    "/bin",
    "/boot",
    "/dev",
    "/lib",
    "/lib64",
    "/proc",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/docker",
    "/var/log",
    "/var/spool",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let own = [format!("{}/secrets", site.etc()), format!("{}/env", site.etc())];
    let is_own = |source: &str| own.iter().any(|folder| is_within(source, folder)) || source == site.etc();
    let containers = site.hosts.iter().flat_map(|host| &host.containers);
    once(containers.flat_map(|container| {
        let volumes = container.settings.get("volumes").and_then(Value::as_array);
        let origin = raw::settings(&container.service).child("volumes");
        volumes
            .into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(index, volume)| {
                let (source, read_only) = bind(volume)?;
                let folder = source.as_str();
                let told = TOLD.contains(&folder) || TOLD_BELOW.iter().any(|known| is_within(folder, known));
                let whole = told || is_own(folder) || (RUN.contains(&folder) && !read_only);
                whole.then(|| {
                    Diagnostic::warning(
                        RULE.code,
                        format!("`{}` has `{source}` of its host", container.service),
                    )
                    .at(origin.index(index), "this folder")
                    .why("It is part of the host itself: keys and passwords of everything else can be read there, or their programs changed.")
                    .help("mount the one folder or file that is needed, or declare what the container keeps under `data`")
                })
            })
            .collect::<Vec<_>>()
    }))
}

/// The folder of the host that a volume of compose is, and whether it is only read.
fn bind(volume: &Value) -> Option<(String, bool)> {
    let (source, read_only) = match volume {
        Value::String(text) => {
            let mut parts = text.split(':');
            let source = parts.next()?.to_owned();
            let options = parts.nth(1).unwrap_or_default();
            (source, options.split(',').any(|option| option == "ro"))
        }
        Value::Object(map) => {
            let read_only = map.get("read_only").and_then(Value::as_bool).unwrap_or(false);
            (map.get("source")?.as_str()?.to_owned(), read_only)
        }
        _ => return None,
    };
    let source = source.trim_end_matches('/').to_owned();
    source.starts_with('/').then_some((source, read_only))
}
