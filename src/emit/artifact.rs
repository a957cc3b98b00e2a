//! What emitters hand over.

use crate::site::{Action, ConfigFile, Directory, EnabledUnit, Package, Pointer, Program, User};

/// When `install.sh` places a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Package sources, before packages.
    Repository,
    /// `sysusers.d` and `tmpfiles.d`, before files that belong to their users.
    Identity,
    Config,
}

/// A file of a host, whole.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Absolute path on the host.
    pub path: String,
    pub owner: String,
    pub group: String,
    pub mode: u16,
    pub phase: Phase,
    pub content: String,
    /// Artifact family: the emitter's name.
    pub set: &'static str,
    /// Actions that a change of it triggers.
    pub actions: Vec<String>,
    /// Places of the manifest that it was made from.
    pub origins: Vec<Pointer>,
    /// First line (from 1) of each stretch that comes from one place, ascending.
    pub lines: Vec<(u32, Pointer)>,
    /// It came through an escape hatch.
    pub verbatim: bool,
}

/// What one emitter makes for one host.
#[derive(Debug, Clone, Default)]
pub struct Emission {
    pub artifacts: Vec<Artifact>,
    pub packages: Vec<Package>,
    pub programs: Vec<Program>,
    pub users: Vec<User>,
    pub directories: Vec<Directory>,
    pub actions: Vec<Action>,
    pub enabled: Vec<EnabledUnit>,
    pub leavings: Vec<Leaving>,
}

/// What a host does when a later plan does not name this any more; it may run twice, and what it prints was kept.
#[derive(Debug, Clone)]
pub struct Leaving {
    pub name: String,
    /// Shell command.
    pub run: String,
}

impl Emission {
    /// Takes over what another emitter made.
    pub(super) fn absorb(&mut self, other: Self) {
        let Self {
            artifacts,
            packages,
            programs,
            users,
            directories,
            actions,
            enabled,
            leavings,
        } = other;
        self.artifacts.extend(artifacts);
        self.packages.extend(packages);
        self.programs.extend(programs);
        self.users.extend(users);
        self.directories.extend(directories);
        self.actions.extend(actions);
        self.enabled.extend(enabled);
        self.leavings.extend(leavings);
    }
}

impl Artifact {
    /// A file of root's that everybody reads (0644).
    pub fn new(set: &'static str, path: impl Into<String>, content: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            owner: "root".into(),
            group: "root".into(),
            mode: 0o644,
            phase: Phase::Config,
            content: content.into(),
            set,
            actions: Vec::new(),
            origins: Vec::new(),
            lines: Vec::new(),
            verbatim: false,
        }
    }

    #[must_use]
    pub fn mode(mut self, mode: u16) -> Self {
        self.mode = mode;
        self
    }

    #[must_use]
    pub fn owned(mut self, owner: impl Into<String>, group: impl Into<String>) -> Self {
        self.owner = owner.into();
        self.group = group.into();
        self
    }

    #[must_use]
    pub fn phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// Names the action that a change of the file triggers.
    #[must_use]
    pub fn triggers(mut self, action: impl Into<String>) -> Self {
        self.actions.push(action.into());
        self
    }

    #[must_use]
    pub fn from(mut self, origins: impl IntoIterator<Item = Pointer>) -> Self {
        self.origins.extend(origins);
        self
    }

    /// Takes the line origins of a rendering; the file's own origins follow from them.
    #[must_use]
    pub fn traced(mut self, lines: Vec<(u32, Pointer)>) -> Self {
        self.origins.extend(lines.iter().map(|(_, origin)| origin.clone()));
        self.lines = lines;
        self
    }

    /// The host has to fill in secrets.
    pub fn needs_secrets(&self) -> bool {
        self.content.contains("{{secret:")
    }
}

impl From<&ConfigFile> for Artifact {
    fn from(file: &ConfigFile) -> Self {
        Self {
            path: file.path.clone(),
            owner: file.owner.clone(),
            group: file.group.clone(),
            mode: file.mode,
            phase: Phase::Config,
            content: file.content.clone(),
            set: file.set,
            actions: file.actions.clone(),
            origins: file.origins.clone(),
            lines: file.lines.clone(),
            verbatim: file.verbatim,
        }
    }
}
