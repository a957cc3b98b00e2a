//! WireGuard's files: wg-quick takes its own settings out, and wg parses the rest.

use super::{ROOT, Validator};
use crate::native::host::File;
use crate::native::layer::{Layer, each};

pub(crate) static WG: Validator = Validator {
    name: "wg",
    family: "wireguard",
    needs: &[ROOT],
    takes: |file| file.under("/etc/wireguard") && file.ends(&[".conf"]),
    run: |host, files| {
        // There is no such interface: what parses is refused for that alone.
        let script = |file: &File| {
            format!(
                "chmod 600 '{0}'; wg-quick strip '{0}' >/run/stripped || exit; sed -n '/^Address/s/.*= *//p' '{0}' | xargs -n 1 ip address add dev lo || exit; wg setconf sitewright /run/stripped || true",
                file.at
            )
        };
        each(&Layer::of(host), files, script, |line| {
            line.starts_with("Unable to modify interface") || line.starts_with("Unable to access interface")
        })
    },
    generic: false,
};
