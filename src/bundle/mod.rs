//! The bundle as files: paths, bytes, the index, and writing them so that nothing is ever lost.

mod index;
mod state;
mod write;

use std::collections::BTreeMap;

use camino::Utf8Path;

pub use index::{Index, IndexedFile};
pub use state::{Difference, State, compare};
pub use write::{WriteError, Written, write};

pub use crate::emit::Compiled;
use crate::emit::ENGINE;
use crate::resolve::Lock;

/// Files by their path under the output folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    pub files: BTreeMap<String, File>,
    /// Environments that were compiled; what lies in others is left alone.
    pub environments: Vec<String>,
    /// They are all that the manifest has, so what lies in [`SHARED`] is theirs too.
    pub whole: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub content: String,
    pub executable: bool,
}

impl File {
    fn text(content: impl Into<String>) -> Self {
        Self {
            content: content.into(),
            executable: false,
        }
    }
}

/// Folders that hold files of several environments.
pub const SHARED: [&str; 2] = [".gitea", ".github"];

/// Tells git and forges that the files are generated, and keeps their line ends.
const ATTRIBUTES: &str = "* text eol=lf linguist-generated\n";

impl Bundle {
    /// The files of compiled environments.
    pub fn new(environments: &[&Compiled], lock: &Lock, whole: bool) -> Self {
        let mut files = BTreeMap::new();
        files.insert(".gitattributes".to_owned(), File::text(ATTRIBUTES));
        files.insert("sitewright.lock".to_owned(), File::text(lock_text(lock)));
        for environment in environments {
            let folder = &environment.site.environment;
            for host in &environment.hosts {
                let root = format!("{folder}/{}", host.host);
                files.insert(
                    format!("{root}/install.sh"),
                    File {
                        content: ENGINE.to_owned(),
                        executable: true,
                    },
                );
                files.insert(format!("{root}/plan.tsv"), File::text(&host.plan));
                for artifact in &host.artifacts {
                    let file = File {
                        content: artifact.content.clone(),
                        executable: artifact.mode & 0o100 != 0,
                    };
                    files.insert(format!("{root}/rootfs{}", artifact.path), file);
                }
            }
            for (path, text) in &environment.documents {
                files.insert(format!("{folder}/{path}"), File::text(text));
            }
            let delivery = &environment.delivery;
            for (path, text) in &delivery.programs {
                let file = File {
                    content: text.clone(),
                    executable: true,
                };
                files.insert(format!("{folder}/{path}"), file);
            }
            for (path, text) in &delivery.data {
                files.insert(format!("{folder}/{path}"), File::text(text));
            }
            for (path, text) in &delivery.workflows {
                files.insert(path.clone(), File::text(text));
            }
            let index = Index::new(environment, &files);
            files.insert(format!("{folder}/{}", index::NAME), File::text(index.to_text()));
        }
        Self {
            files,
            environments: environments
                .iter()
                .map(|environment| environment.site.environment.clone())
                .collect(),
            whole,
        }
    }

    /// The folders that hold nothing but what was compiled.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let shared = SHARED.into_iter().filter(|_| self.whole);
        self.environments.iter().map(String::as_str).chain(shared)
    }

    /// Only the files of hosts that `keep` allows, and what does not belong to a host.
    #[must_use]
    pub fn of_hosts(mut self, keep: impl Fn(&str) -> bool) -> Self {
        self.files.retain(|path, _| {
            let mut parts = path.splitn(3, '/');
            match (parts.next(), parts.next(), parts.next()) {
                (Some(folder), Some(host), Some(_)) if !SHARED.contains(&folder) => keep(host),
                _ => true,
            }
        });
        self
    }
}

/// Writes the lock alone, whole or not at all.
pub fn write_lock(lock: &Lock, out: &Utf8Path) -> std::io::Result<()> {
    std::fs::create_dir_all(out)?;
    let new = out.join(".sitewright.lock.new");
    std::fs::write(&new, lock_text(lock))?;
    std::fs::rename(new, out.join("sitewright.lock"))
}

fn lock_text(lock: &Lock) -> String {
    let body = serde_yaml::to_string(lock).expect("a lock is plain data");
    format!("# What sitewright allocated. Commit it: without it, a new service could renumber another one.\n{body}")
}
