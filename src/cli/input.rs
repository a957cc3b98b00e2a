//! Reading what a command works on: the manifest and the lock.

use std::fs;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use sitewright::bundle::Compiled;
use sitewright::diag::Report;
use sitewright::resolve::Lock;
use sitewright::source::{Node, Source};
use sitewright::{Compilation, Compiler};

use super::output::{self, Failure, Format};

/// The manifest that a command works on.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// The manifest [default: site.yaml, else site.example.yaml]
    pub(super) manifest: Option<Utf8PathBuf>,
    /// Folder of the bundle and of its lock
    #[arg(short, long, default_value = "out", value_name = "DIR")]
    pub(super) out: Utf8PathBuf,
    /// Only this environment; may be repeated
    #[arg(short, long = "env", value_name = "ENV")]
    pub(super) environments: Vec<String>,
}

/// A manifest that could be read, compiled.
pub(super) struct Loaded {
    pub(super) compiler: Compiler,
    pub(super) source: Source,
    pub(super) path: Utf8PathBuf,
    pub(super) lock: Lock,
}

impl Input {
    /// The manifest's path: the one given, or the first default that exists.
    pub(super) fn path(&self) -> Utf8PathBuf {
        self.manifest.clone().unwrap_or_else(|| {
            let names = ["site.yaml", "site.example.yaml"];
            names
                .into_iter()
                .map(Utf8PathBuf::from)
                .find(|path| path.exists())
                .unwrap_or_else(|| names[0].into())
        })
    }

    /// Reads manifest and lock. The inner error is what is wrong with the manifest.
    pub(super) fn load(&self) -> Result<Result<Loaded, Report>, Failure> {
        let path = self.path();
        let compiler = Compiler::new();
        let source = match compiler.read(&path) {
            Ok(source) => source,
            Err(report) => return Ok(Err(report)),
        };
        let known = source.environments();
        if let Some(unknown) = self.environments.iter().find(|name| !known.contains(name)) {
            let names = known.join(", ");
            return Err(Failure::Message(format!(
                "{path} has no environment `{unknown}`; it has {names}"
            )));
        }
        let lock = lock(&self.out.join("sitewright.lock"))?;
        Ok(Ok(Loaded {
            compiler,
            source,
            path,
            lock,
        }))
    }

    /// Reads them, or reports what is wrong with the manifest.
    pub(super) fn load_or_report(&self, format: Format) -> Result<Option<Loaded>, Failure> {
        match self.load()? {
            Ok(loaded) => Ok(Some(loaded)),
            Err(report) => {
                output::report(&report, format)?;
                Ok(None)
            }
        }
    }
}

impl Loaded {
    pub(super) fn compile(&self, environments: &[String]) -> Compilation {
        let beside = self.path.parent().unwrap_or(Utf8Path::new(""));
        self.compiler.compile(&self.source, beside, environments, &self.lock)
    }

    /// An environment as if its tree were this one.
    pub(super) fn suppose(&self, tree: &Node, environment: &str, lock: &Lock) -> Option<Compiled> {
        let beside = self.path.parent().unwrap_or(Utf8Path::new(""));
        let lock = lock.environments.get(environment)?;
        self.compiler.suppose(tree, beside, environment, lock)
    }

    pub(super) fn check(&self, environments: &[String]) -> Report {
        let beside = self.path.parent().unwrap_or(Utf8Path::new(""));
        self.compiler.check(&self.source, beside, environments, &self.lock)
    }
}

fn lock(path: &Utf8Path) -> Result<Lock, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Lock::default());
        }
        Err(error) => return Err(Failure::Message(format!("cannot read {path}: {error}"))),
    };
    let lock: Lock = serde_yaml::from_str(&text).map_err(|error| {
        Failure::Message(format!("{path} is not a lock that this version can read: {error}\nTake it back from git; without it ports and subnets are given anew."))
    })?;
    if lock.version > 1 {
        return Err(Failure::Message(format!(
            "{path} was written by a newer sitewright (edition {}); use that one",
            lock.version
        )));
    }
    Ok(lock)
}
