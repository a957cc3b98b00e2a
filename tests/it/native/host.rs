//! The bundles under test, and the files of each host by the path that they have on it.

use std::fs;
use std::path::{Path, PathBuf};

use super::plan::Plan;

#[derive(Debug, Clone)]
pub(crate) struct File {
    /// `/etc/…` as on the host; for what stays beside `rootfs`, a relative one: `install.sh`, `../RUNBOOK.md`.
    pub(crate) at: String,
    pub(crate) disk: PathBuf,
}

impl File {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(&self.disk).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    pub(crate) fn name(&self) -> &str {
        self.at.rsplit('/').next().unwrap_or(&self.at)
    }

    /// In the folder or below it.
    pub(crate) fn under(&self, folder: &str) -> bool {
        self.at.starts_with(folder) && self.at[folder.len()..].starts_with('/')
    }

    pub(crate) fn ends(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.at.ends_with(ending))
    }

    pub(crate) fn interpreter(&self) -> Option<String> {
        let text = self.text();
        let line = text.lines().next()?.strip_prefix("#!")?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let last = words.iter().find(|word| !word.ends_with("/env"))?;
        last.rsplit('/').next().map(str::to_owned)
    }
}

#[derive(Debug)]
pub(crate) struct Host {
    /// How a person names it: `out/production/vps`.
    pub(crate) label: String,
    pub(crate) dir: PathBuf,
    pub(crate) plan: Plan,
    pub(crate) files: Vec<File>,
}

impl Host {
    pub(crate) fn read(dir: &Path, label: &str) -> Self {
        let mut files = Vec::new();
        walk(&dir.join("rootfs"), "/", &mut files);
        list(dir, "", &mut files);
        let environment = dir.parent().expect("a host is in a folder");
        list(environment, "../", &mut files);
        for folder in [".github/workflows", ".gitea/workflows"] {
            list(
                &environment.join("..").join(folder),
                &format!("../../{folder}/"),
                &mut files,
            );
        }
        Host {
            label: label.to_owned(),
            dir: dir.to_owned(),
            plan: Plan::read(dir),
            files,
        }
    }

    /// The lint root that is most like the host's system.
    pub(crate) fn suite(&self) -> &'static str {
        match self.plan.one("os") {
            Some("debian-13") => "trixie",
            _ => "bookworm",
        }
    }

    pub(crate) fn site(&self) -> &str {
        self.plan.one("site").unwrap_or("acme")
    }
}

/// Every host of a folder that `compile` wrote.
pub(crate) fn hosts(out: &Path, label: &str) -> Vec<Host> {
    let mut hosts = Vec::new();
    for environment in folders(out) {
        for host in folders(&environment) {
            if host.join("rootfs").is_dir() {
                let path = host.strip_prefix(out).expect("it was found there");
                hosts.push(Host::read(&host, &format!("{label}/{}", path.display())));
            }
        }
    }
    hosts
}

/// `out` and every `tests/sites/*/out`.
pub(crate) fn all_hosts() -> Vec<Host> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = hosts(&project.join("out"), "out");
    for case in folders(&project.join("tests/sites")) {
        let name = case
            .file_name()
            .expect("a folder has a name")
            .to_string_lossy()
            .into_owned();
        found.extend(hosts(&case.join("out"), &format!("tests/sites/{name}/out")));
    }
    found
}

pub(crate) fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = entries(of).into_iter().filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn entries(of: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(of) else {
        return Vec::new();
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn walk(dir: &Path, at: &str, files: &mut Vec<File>) {
    let mut entries = entries(dir);
    entries.sort();
    for disk in entries {
        let name = disk
            .file_name()
            .expect("an entry has a name")
            .to_string_lossy()
            .into_owned();
        if disk.is_dir() {
            walk(&disk, &format!("{at}{name}/"), files);
        } else {
            files.push(File {
                at: format!("{at}{name}"),
                disk,
            });
        }
    }
}

fn list(dir: &Path, prefix: &str, files: &mut Vec<File>) {
    let mut entries = entries(dir);
    entries.sort();
    for disk in entries.into_iter().filter(|path| path.is_file()) {
        let name = disk
            .file_name()
            .expect("an entry has a name")
            .to_string_lossy()
            .into_owned();
        files.push(File {
            at: format!("{prefix}{name}"),
            disk,
        });
    }
}
