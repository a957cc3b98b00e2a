//! Where the native programs are, and what happens when they are not there.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The folder that `tests/native/setup` fills.
pub(crate) fn dir() -> PathBuf {
    if let Some(dir) = env::var_os("SITEWRIGHT_NATIVE_DIR") {
        return dir.into();
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_else(|| "/root".into())).join(".cache");
    cache.unwrap_or_else(home).join("sitewright-native")
}

/// CI sets it: a missing program is a failure there.
pub(crate) fn required() -> bool {
    env::var_os("SITEWRIGHT_NATIVE").is_some_and(|value| value == "require")
}

pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// A file of this project that configures a validator.
pub(crate) fn config(name: &str) -> PathBuf {
    project().join("tests/native").join(name)
}

/// What is missing of `needs`, each a path below the folder.
pub(crate) fn missing(needs: &[&str]) -> Option<String> {
    let dir = dir();
    needs
        .iter()
        .find(|need| !dir.join(need).exists())
        .map(|need| (*need).to_owned())
}

pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    pub(crate) fn ok(&self) -> bool {
        self.code == Some(0)
    }

    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// The lines of both streams that say something and that `noise` does not know.
    pub(crate) fn lines(&self, noise: impl Fn(&str) -> bool) -> Vec<String> {
        let all = self.all();
        let lines = all.lines().filter(|line| !line.trim().is_empty() && !noise(line));
        lines.map(str::to_owned).collect()
    }
}

/// Runs a program of the folder on this machine.
pub(crate) fn run(program: &str, arguments: &[&OsStr]) -> Said {
    said(Command::new(dir().join(program)).args(arguments).env("NO_COLOR", "1"))
}

/// Runs a command to its end, or to its limit.
pub(crate) fn said(command: &mut Command) -> Said {
    let mut limited = Command::new("timeout");
    limited
        .args(["-k", "5", "120"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        limited.env(name, value.unwrap_or_default());
    }
    let output = limited.stdin(Stdio::null()).output();
    let Output { status, stdout, stderr } = output.expect("timeout is one of coreutils");
    Said {
        code: status.code(),
        stdout: String::from_utf8_lossy(&stdout).into_owned(),
        stderr: String::from_utf8_lossy(&stderr).into_owned(),
    }
}
