//! The firewall, loaded into the kernel of a name space of its own.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::layer::{Layer, each};

fn is_script(file: &File) -> bool {
    let name = file.name();
    file.under("/usr/local/sbin") && file.interpreter().is_some() && (name.contains("firewall") || name.contains("ufw"))
}

pub(crate) static UFW: Validator = Validator {
    name: "ufw",
    family: "firewall",
    needs: &[ROOT],
    takes: |file| file.under("/etc/ufw") || file.at == "/etc/default/ufw" || is_script(file),
    // A script is run twice: the second run must go as the first.
    run: |host, files| {
        let mut script =
            String::from("exec 2>&1\nrun() { \"$@\" >/run/said || { echo \"$* failed:\"; cat /run/said; }; }\n");
        let scripts: Vec<&&File> = files.iter().filter(|file| is_script(file)).collect();
        for _ in 0..2 {
            for file in &scripts {
                script.push_str(&format!("run '{}'\n", file.at));
            }
        }
        script.push_str("run ufw --force enable\ngrep -iE 'error|warn|problem|bad' /run/said\n");
        script.push_str("run ufw status verbose\ngrep -q '^Status: active' /run/said || echo 'it is not active'\n");
        script.push_str("grep -q 'deny (incoming)' /run/said || echo 'incoming is not denied'\n");
        let said = Layer::of(host).run(&script);
        said.lines(|_| false)
            .into_iter()
            .map(|line| Finding::new(&files[0].at, line))
            .collect()
    },
    generic: false,
};

pub(crate) static NFT: Validator = Validator {
    name: "nft",
    family: "firewall",
    needs: &[ROOT],
    takes: |file| file.at.starts_with('/') && (file.ends(&[".nft"]) || file.name() == "nftables.conf"),
    run: |host, files| {
        each(
            &Layer::of(host),
            files,
            |file| format!("nft -c -f '{}'", file.at),
            |_| false,
        )
    },
    generic: false,
};
