//! Zone files, by BIND's checker with every warning made fatal.

use super::{ROOT, Validator};
use crate::native::host::File;
use crate::native::layer::{Layer, each};

/// `full` would ask the Internet for names of other zones.
const FLAGS: &str = "-k fail -n fail -m fail -M fail -S fail -r fail -i local-sibling";

fn takes(file: &File) -> bool {
    let folder = file.at.rsplit('/').nth(1).unwrap_or_default();
    file.at.starts_with('/') && (folder == "zones" || file.ends(&[".zone"]) || file.name().starts_with("db."))
}

pub(crate) static CHECKZONE: Validator = Validator {
    name: "named-checkzone",
    family: "zones",
    needs: &[ROOT],
    takes,
    run: |host, files| {
        let layer = Layer::of(host);
        let script = |file: &File| format!("named-checkzone {FLAGS} '{}' '{}'", origin(file), file.at);
        each(&layer, files, script, |line| {
            line == "OK" || line.contains(": loaded serial ")
        })
    },
    generic: false,
};

/// Records that a provider imports, with the SOA and the name server that the provider has of its own.
pub(crate) static HOSTED: Validator = Validator {
    name: "hosted-zone",
    family: "zones",
    needs: &[ROOT],
    takes: |file| !file.at.starts_with('/') && file.ends(&[".zone"]),
    run: |host, files| {
        let layer = Layer::of(host);
        let script = |file: &File| {
            format!(
                "{{ echo '@ 1 IN SOA ns.provider.example. dns.provider.example. 1 7200 900 1209600 300'; \
                 echo '@ 1 IN NS ns.provider.example.'; cat <<'ZONE'\n{}\nZONE\n}} >/tmp/hosted.zone; \
                 named-checkzone {FLAGS} '{}' /tmp/hosted.zone",
                file.text(),
                origin(file)
            )
        };
        each(&layer, files, script, |line| {
            line == "OK" || line.contains(": loaded serial ")
        })
    },
    generic: false,
};

/// What the file says, or else what its name says.
pub(crate) fn origin(file: &File) -> String {
    let text = file.text();
    if let Some(origin) = text.lines().find_map(|line| line.strip_prefix("$ORIGIN")) {
        return origin.trim().trim_end_matches('.').to_owned();
    }
    let name = file.name();
    name.strip_prefix("db.")
        .or_else(|| name.strip_suffix(".zone"))
        .unwrap_or(name)
        .to_owned()
}
