//! A host as its programs would find it: the bundle's `rootfs` laid over a lint root, with dummy secrets, certificates
//! and releases, and with the users, directories, owners and modes that the installer would make.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use super::fill;
use super::finding::Finding;
use super::host::{File, Host};
use super::tools::{self, Said};

/// Programs of packages that no lint root holds, which units may start when the plan installs the package.
const PACKAGED: [(&str, &str); 5] = [
    ("/usr/bin/node", "nodejs"),
    ("/usr/bin/npm", "npm"),
    ("/usr/bin/java", "openjdk-17-jre-headless"),
    ("/usr/bin/python3", "python3"),
    ("/usr/bin/php", "php-cli"),
];

#[derive(Debug)]
pub(crate) struct Layer {
    root: PathBuf,
    dir: PathBuf,
    /// What went wrong on the way: each is a finding against the bundle.
    pub(crate) findings: Vec<Finding>,
}

impl Layer {
    /// Each host's layer is made once, by whichever test asks first.
    pub(crate) fn of(host: &Host) -> Arc<Layer> {
        type Made = Arc<OnceLock<Arc<Layer>>>;
        static LAYERS: Mutex<BTreeMap<PathBuf, Made>> = Mutex::new(BTreeMap::new());
        let made = {
            let mut layers = LAYERS.lock().expect("no test panics while it holds the lock");
            Arc::clone(layers.entry(host.dir.clone()).or_default())
        };
        Arc::clone(made.get_or_init(|| Arc::new(Layer::make(host))))
    }

    fn make(host: &Host) -> Layer {
        let name = host.label.replace('/', "+");
        let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("native").join(name);
        let dir = base.join("layer");
        let _ = fs::remove_dir_all(&base);
        fs::create_dir_all(&dir).expect("cargo's folder for tests can be written");
        let mut layer = Layer {
            root: tools::dir().join(format!("root-{}", host.suite())),
            dir,
            findings: Vec::new(),
        };
        layer.lay_files(host);
        layer.lay_dummies(host);
        layer.let_the_system_prepare(host);
        layer
    }

    fn lay_files(&mut self, host: &Host) {
        let (_, key) = certificate();
        for file in host.files.iter().filter(|file| file.at.starts_with('/')) {
            let bytes = file.bytes();
            let Ok(text) = String::from_utf8(bytes.clone()) else {
                self.put(&file.at, &bytes);
                continue;
            };
            match fill::fill(&text, key) {
                Some(filled) => {
                    self.put(&file.at, filled.as_bytes());
                    let mode = fs::metadata(&file.disk).expect("it was just read").permissions();
                    fs::set_permissions(self.path(&file.at), mode).expect("it was just written");
                }
                None => self
                    .findings
                    .push(Finding::new(&file.at, "a secret's placeholder is not well formed")),
            }
        }
    }

    fn lay_dummies(&mut self, host: &Host) {
        let (certificate, key) = certificate();
        for (name, value) in fill::secrets(&host.plan, key) {
            self.put(&format!("/etc/{}/secrets/{name}", host.site()), value.as_bytes());
        }
        for path in host.files.iter().flat_map(|file| pem_paths(&file.text())) {
            let private = path.ends_with("privkey.pem") || path.ends_with(".key");
            if self.root.join(&path[1..]).exists() {
                continue;
            }
            self.put(&path, if private { key } else { certificate }.as_bytes());
        }
        let ssh = host.files.iter().filter(|file| file.under("/etc/ssh")).map(File::text);
        for path in ssh.flat_map(|text| rsa_host_keys(&text)) {
            // One key for all: each of this size takes seconds to make.
            self.put(&path, key.as_bytes());
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(self.path(&path), mode).expect("it was just written");
        }
        for fields in host.plan.all("program") {
            // The real one where there is one: the installer's own checks may start it.
            let script = format!(
                "#!/bin/sh\n[ ! -x /run/native/bin/{0} ] || exec /run/native/bin/{0} \"$@\"\n",
                fields[0]
            );
            self.put_script(&fields[1], &script);
        }
        if host.plan.has_package("docker-ce-cli") || host.plan.has_package("docker.io") {
            self.put_script("/usr/bin/docker", include_str!("../../native/docker"));
        }
        let units = host.files.iter().filter(|file| file.under("/etc/systemd/system"));
        for program in units.flat_map(|unit| programs(&unit.text())) {
            let packaged = PACKAGED
                .iter()
                .any(|(path, package)| *path == program && host.plan.has_package(package));
            if (program.starts_with("/opt/") || packaged) && !self.root.join(&program[1..]).exists() {
                self.put_script(&program, "#!/bin/sh\nexit 0\n");
            }
        }
    }

    /// Users, directories, owners and modes, by the system's own tools and the plan.
    fn let_the_system_prepare(&mut self, host: &Host) {
        let ours = |folder| host.files.iter().any(|file| file.under(folder));
        if host.plan.is_empty() && !ours("/etc/sysusers.d") && !ours("/etc/tmpfiles.d") {
            return;
        }
        let mut script = String::from(
            "systemd-sysusers 2>&1\nfor f in /etc/tmpfiles.d/*.conf; do [ ! -e \"$f\" ] || systemd-tmpfiles --create \"$f\"; done\n",
        );
        for fields in host.plan.all("file") {
            if let [path, owner, mode, ..] = fields {
                script.push_str(&format!(
                    "chown -h '{owner}' '{path}' 2>&1\nchmod '{mode}' '{path}' 2>&1\n"
                ));
            }
        }
        let said = self.enter("keep", &script);
        let found = said.lines(|line| line.starts_with("Creating "));
        self.findings
            .extend(found.into_iter().map(|line| Finding::new("plan.tsv", line)));
    }

    fn put(&self, at: &str, bytes: &[u8]) {
        let path = self.path(at);
        let folder = path.parent().expect("it is below the layer");
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, bytes))
            .expect("cargo's folder for tests can be written");
    }

    fn put_script(&self, at: &str, text: &str) {
        self.put(at, text.as_bytes());
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(self.path(at), mode).expect("it was just written");
    }

    /// Where a file of the host, filled, is on this machine.
    pub(crate) fn path(&self, at: &str) -> PathBuf {
        self.dir.join(at.trim_start_matches('/'))
    }

    /// Runs a script on the host; what it writes is lost.
    pub(crate) fn run(&self, script: &str) -> Said {
        self.enter("lose", script)
    }

    /// Runs a script on a host with nothing of the bundle.
    pub(crate) fn bare(&self, script: &str) -> Said {
        let empty = self.dir.with_file_name("bare");
        fs::create_dir_all(&empty).expect("cargo's folder for tests can be written");
        enter("lose", &self.root, &empty, script)
    }

    fn enter(&self, mode: &str, script: &str) -> Said {
        enter(mode, &self.root, &self.dir, script)
    }
}

fn enter(mode: &str, root: &Path, layer: &Path, script: &str) -> Said {
    let inside = tools::config("inside");
    tools::said(
        Command::new(inside)
            .arg(mode)
            .arg(root)
            .arg(layer)
            .args(["bash", "-c", script]),
    )
}

/// The programs that a unit starts, without systemd's prefixes.
pub(crate) fn programs(unit: &str) -> Vec<String> {
    let lines = unit.lines().filter_map(|line| line.split_once('='));
    let commands = lines.filter(|(key, value)| key.starts_with("Exec") && !key.contains("Paths") && !value.is_empty());
    let words = commands.filter_map(|(_, value)| value.split_whitespace().next());
    words
        .map(|word| word.trim_start_matches(['-', '+', '!', '@', ':']).to_owned())
        .collect()
}

/// Host keys that sshd's settings name and that openssl can make.
fn rsa_host_keys(settings: &str) -> Vec<String> {
    let paths = settings.lines().filter_map(|line| line.strip_prefix("HostKey "));
    paths
        .filter(|path| path.contains("_rsa_"))
        .map(|path| path.trim().to_owned())
        .collect()
}

/// Paths of certificates and keys that a file names.
fn pem_paths(text: &str) -> Vec<String> {
    let words = text.split(|c: char| c.is_whitespace() || "\"'=;,()".contains(c));
    let paths = words.filter(|word| word.starts_with("/etc/") && (word.ends_with(".pem") || word.ends_with(".key")));
    paths
        .filter(|path| !path.contains(['$', '*', '{']))
        .map(str::to_owned)
        .collect()
}

/// A certificate for nobody and its key, one pair for all.
fn certificate() -> (&'static str, &'static str) {
    static MADE: OnceLock<(String, String)> = OnceLock::new();
    let (certificate, key) = MADE.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (cert, key) = (dir.join("dummy.crt"), dir.join("dummy.key"));
        let mut command = Command::new("openssl");
        command.args("req -x509 -newkey rsa:4096 -nodes -days 30 -subj /CN=dummy.test".split(' '));
        command.arg("-keyout").arg(&key).arg("-out").arg(&cert);
        let said = tools::said(&mut command);
        assert!(said.ok(), "openssl makes a certificate: {}", said.all());
        let read = |path| fs::read_to_string(path).expect("openssl wrote it");
        (read(cert), read(key))
    });
    (certificate, key)
}

/// Runs one command line per file and takes what it says, but for `noise`, and any exit code but 0 as findings.
pub(crate) fn each(
    layer: &Layer,
    files: &[&File],
    script: impl Fn(&File) -> String,
    noise: impl Fn(&str) -> bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        let said = layer.run(&script(file));
        let lines = said.lines(&noise);
        if !lines.is_empty() {
            findings.push(Finding::new(&file.at, lines.join("\n")));
        } else if !said.ok() {
            findings.push(Finding::new(&file.at, format!("exit {:?}", said.code)));
        }
    }
    findings
}
