//! Users, groups and directories, by the programs that make them.

use super::{ROOT, Validator};
use crate::native::layer::{Layer, each};

pub(crate) static SYSUSERS: Validator = Validator {
    name: "sysusers",
    family: "identity",
    needs: &[ROOT],
    takes: |file| file.under("/etc/sysusers.d"),
    run: |host, files| {
        let script = |file: &crate::native::host::File| format!("systemd-sysusers '{}' 2>&1", file.at);
        each(&Layer::of(host), files, script, |line| line.starts_with("Creating "))
    },
    generic: false,
};

pub(crate) static TMPFILES: Validator = Validator {
    name: "tmpfiles",
    family: "identity",
    needs: &[ROOT],
    takes: |file| file.under("/etc/tmpfiles.d"),
    run: |host, files| {
        each(
            &Layer::of(host),
            files,
            |file| format!("systemd-tmpfiles --create '{}' 2>&1", file.at),
            |_| false,
        )
    },
    generic: false,
};
