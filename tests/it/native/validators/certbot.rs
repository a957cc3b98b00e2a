//! certbot: its settings, read by it.

use super::{ROOT, Validator};
use crate::native::layer::{Layer, each};

pub(crate) static CERTBOT: Validator = Validator {
    name: "certbot",
    family: "certbot",
    needs: &[ROOT],
    takes: |file| {
        file.at == "/etc/letsencrypt/cli.ini"
            || (file.at.starts_with('/') && file.at.contains("certbot") && file.ends(&[".ini"]))
    },
    run: |host, files| {
        let script = |file: &crate::native::host::File| {
            format!(
                "certbot certificates -c '{}' --config-dir /run/c --work-dir /run/w --logs-dir /run/l >/run/said 2>&1 || cat /run/said",
                file.at
            )
        };
        each(&Layer::of(host), files, script, |_| false)
    },
    generic: false,
};
