//! sshd: the daemon's own test of the whole configuration, and that each of our settings is the one in force.

use super::{ROOT, Validator};
use crate::native::finding::Finding;
use crate::native::host::File;
use crate::native::layer::{Layer, each};

/// The host keys that the configuration names, which the installer makes.
const HOST_KEYS: &str = r#"
grep -hs '^HostKey ' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf | while read -r _ key; do
  case $key in *rsa*) kind="rsa -b 4096" ;; *) kind=ed25519 ;; esac
  [ -e "$key" ] || ssh-keygen -q -N '' -t $kind -f "$key"
done
"#;
const FOLDER: &str = "/etc/ssh/sshd_config";

pub(crate) static SSHD: Validator = Validator {
    name: "sshd",
    family: "sshd",
    needs: &[ROOT],
    takes: |file| file.at.starts_with(FOLDER) && (file.at == FOLDER || file.ends(&[".conf"])),
    run: |host, files| {
        let layer = Layer::of(host);
        let tested = layer.run(&format!("{HOST_KEYS}/usr/sbin/sshd -t"));
        let first = &files[0].at;
        let mut findings: Vec<Finding> = tested
            .lines(|_| false)
            .into_iter()
            .map(|line| Finding::new(first, line))
            .collect();
        let effective = layer.run(&format!("{HOST_KEYS}/usr/sbin/sshd -T"));
        if !effective.ok() && findings.is_empty() {
            findings.push(Finding::new(first, effective.all()));
        }
        for file in files {
            for (key, value) in settings(&file.text()) {
                let wanted = format!("{key} {value}");
                let said = effective
                    .stdout
                    .lines()
                    .find(|line| line.split(' ').next() == Some(key.as_str()));
                if said.is_some_and(|line| line.to_lowercase() != wanted) {
                    findings.push(Finding::new(
                        &file.at,
                        format!("wants '{wanted}', in force is '{}'", said.unwrap_or_default()),
                    ));
                }
            }
        }
        findings
    },
    generic: false,
};

pub(crate) static AUDIT: Validator = Validator {
    name: "ssh-audit",
    family: "sshd",
    needs: &[ROOT, "python/bin/ssh-audit"],
    takes: |file| file.at.starts_with(FOLDER) && file.text().contains("\nKexAlgorithms "),
    // Who says which algorithms there are is held to the strict policy of ssh-audit, against the running daemon.
    run: |host, files| {
        let policy = match (host.suite(), host.plan.one("os")) {
            ("trixie", _) => "Hardened Debian 13 (version 1)",
            // Its OpenSSH is older than the one of the root, and does not know all of the names.
            (_, Some("ubuntu-22.04")) => "Hardened Ubuntu Server 22.04 LTS (version 6)",
            _ => "Hardened Debian 12 (version 3)",
        };
        let said = Layer::of(host).run(&format!("{HOST_KEYS}{AUDIT_SCRIPT} -P '{policy}' -p 2222 127.0.0.1"));
        if said.ok() {
            Vec::new()
        } else {
            vec![Finding::new(&files[0].at, said.all())]
        }
    },
    generic: false,
};

/// The installer makes the file of moduli from the system's.
const AUDIT_SCRIPT: &str = r#"
grep -hs '^ModuliFile ' /etc/ssh/sshd_config.d/*.conf | while read -r _ file; do
  [ -e "$file" ] || awk '$5 >= 3071' /etc/ssh/moduli >"$file"
done
/usr/sbin/sshd -p 2222 -o ListenAddress=127.0.0.1 || exit
for i in $(seq 50); do (: </dev/tcp/127.0.0.1/2222) 2>/dev/null && break; sleep 0.1; done
PYTHONPATH=$(echo /run/native/python/lib/python3*/site-packages) python3 -m ssh_audit --skip-rate-test -n"#;

pub(crate) static KEYS: Validator = Validator {
    name: "authorized-keys",
    family: "sshd",
    needs: &[ROOT],
    takes: |file| file.at.contains("authorized_keys"),
    run: |host, files| {
        let script = |file: &File| format!("ssh-keygen -l -f '{}' >/dev/null", file.at);
        let mut findings = each(&Layer::of(host), files, script, |_| false);
        for file in files {
            let text = file.text();
            let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
            // ssh-keygen is content with one good line.
            let known = ["ssh-ed25519 ", "sk-ssh-ed25519@openssh.com ", "ssh-rsa ", "ecdsa-sha2-"];
            for line in lines.filter(|line| !known.iter().any(|kind| line.contains(kind))) {
                findings.push(Finding::new(&file.at, format!("no key: {line}")));
            }
        }
        findings
    },
    generic: false,
};

/// Global settings whose value is a plain word that sshd prints as it reads it.
fn settings(text: &str) -> Vec<(String, String)> {
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.to_lowercase().starts_with("match "));
    let pairs = lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(char::is_whitespace));
    let plain = |value: &str| value == "yes" || value == "no" || value.chars().all(|c| c.is_ascii_digit());
    pairs
        .map(|(key, value)| (key.to_lowercase(), value.trim().to_lowercase()))
        .filter(|(key, value)| {
            plain(value) && !["port", "logingracetime", "clientaliveinterval"].contains(&key.as_str())
        })
        .collect()
}
