//! What runs on a host, word by word, down into the scripts of shells.

use crate::site::{EnvironmentFile, Host, Pointer};

/// A command, and which of its variables hold secrets.
#[derive(Debug)]
pub(super) struct Command<'a> {
    /// Where its command line stands in the manifest.
    pub(super) origin: Pointer,
    pub(super) argv: &'a [String],
    pub(super) secrets: Vec<&'a str>,
}

const SHELLS: [&str; 6] = ["ash", "bash", "dash", "ksh", "sh", "zsh"];

/// The commands of units, containers and their health checks; those of jobs are among them.
pub(super) fn all(host: &Host) -> Vec<Command<'_>> {
    let units = host.units.iter().map(|unit| {
        command(
            unit.origin.child("command"),
            &unit.command,
            unit.environment_file.as_ref(),
        )
    });
    let containers = host.containers.iter().flat_map(|container| {
        let environment = container.environment_file.as_ref();
        let health = container.healthcheck.iter();
        std::iter::once(command(
            container.origin.child("command"),
            &container.command,
            environment,
        ))
        .chain(health.map(move |health| command(container.origin.child("health"), &health.command, environment)))
    });
    units.chain(containers).collect()
}

fn command<'a>(origin: Pointer, argv: &'a [String], environment: Option<&'a EnvironmentFile>) -> Command<'a> {
    Command {
        origin,
        argv,
        secrets: environment
            .iter()
            .flat_map(|file| &file.variables)
            .map(|variable| variable.name.as_str())
            .collect(),
    }
}

impl Command<'_> {
    /// What stands behind `-c` of a shell.
    pub(super) fn script(&self) -> Option<&str> {
        let program = self.argv.first()?.rsplit('/').next()?;
        let option = |word: &String| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c');
        let at = self
            .argv
            .iter()
            .position(option)
            .filter(|_| SHELLS.contains(&program))?;
        self.argv.get(at + 1).map(String::as_str)
    }

    /// The words of its command line, or of its script.
    pub(super) fn words(&self) -> Vec<String> {
        self.script().map_or_else(|| self.argv.to_vec(), split)
    }
}

/// The words of a script, without their quotes; between single quotes no variable is one, so their `$` is left out.
fn split(script: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for c in script.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (Some('\''), '$') => {}
            (None, c) if c.is_whitespace() || ";|&()".contains(c) => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// A word has `$NAME` in it, or `${NAME` with whatever follows.
pub(super) fn expands(word: &str, name: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let mut rests = word.split('$').skip(1);
    rests.any(|rest| {
        rest.strip_prefix('{')
            .unwrap_or(rest)
            .strip_prefix(name)
            .is_some_and(ends)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_expand() {
        assert!(expands("0.0.0.0:$PORT", "PORT") && expands("$A${PORT}", "PORT"));
        assert!(!expands("$PORTS", "PORT") && !expands("PORT", "PORT") && !expands("{print $NF}", "PORT"));
    }

    #[test]
    fn words_of_scripts() {
        assert_eq!(
            split("exec curl -H \"Authorization: Bearer $TOKEN\" '$NOT';echo done"),
            [
                "exec",
                "curl",
                "-H",
                "Authorization: Bearer $TOKEN",
                "NOT",
                "echo",
                "done"
            ]
        );
    }
}
