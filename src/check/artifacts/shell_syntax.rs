//! Commands that only a shell would understand.

use crate::check::Rule;
use crate::check::commands::expands;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{EnvironmentFile, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "shell-syntax",
    document: include_str!("shell_syntax.md"),
    find,
};

const OPERATORS: [&str; 6] = ["&&", "||", "|", ">>", "2>&1", ">/dev/null"];
/// Programs that read such words themselves.
const READERS: [&str; 10] = [
    "sh", "bash", "dash", "ash", "zsh", "busybox", "envsubst", "awk", "perl", "expr",
];

fn find(site: &Site) -> Vec<Diagnostic> {
    let commands = site.hosts.iter().flat_map(|host| {
        let units = host.units.iter().map(|unit| {
            let mut names = names(&unit.environment, unit.environment_file.as_ref());
            names.extend(unit.instance_variable.as_deref());
            names.extend(unit.credentials.iter().map(|credential| credential.variable.as_str()));
            (&unit.origin, &unit.command, names)
        });
        let containers = host.containers.iter().map(|container| {
            let names = names(&container.environment, container.environment_file.as_ref());
            (&container.origin, &container.command, names)
        });
        units.chain(containers).collect::<Vec<_>>()
    });
    once(commands.filter_map(|(origin, command, names)| finding(origin, command, &names)))
}

/// The variables of a process.
fn names<'a>(plain: &'a [(String, String)], file: Option<&'a EnvironmentFile>) -> Vec<&'a str> {
    let secret = file.into_iter().flat_map(|file| &file.variables);
    plain
        .iter()
        .map(|(name, _)| name.as_str())
        .chain(secret.map(|variable| variable.name.as_str()))
        .collect()
}

fn finding(origin: &Pointer, command: &[String], names: &[&str]) -> Option<Diagnostic> {
    let program = command.first()?.rsplit('/').next()?;
    // `env` and its like start another one.
    if READERS
        .iter()
        .any(|reader| command.iter().any(|word| word.rsplit('/').next() == Some(reader)))
    {
        return None;
    }
    let (what, word) = command[1..].iter().find_map(|word| {
        if OPERATORS.contains(&word.as_str()) {
            return Some(("an operator of a shell", word));
        }
        names
            .iter()
            .any(|name| expands(word, name))
            .then_some(("a variable that only a shell would fill in", word))
    })?;
    // A migration is a command itself, and others have one.
    let place = if origin.last().is_some_and(|last| last == "migrate") {
        origin.clone()
    } else {
        origin.child("command")
    };
    Some(
        Diagnostic::error(RULE.code, format!("`{program}` is started with the word `{word}`"))
            .at(place, what)
            .why("The command is a program and its arguments, and no shell reads it.")
            .help(
                "write it as the shell's own argument: `command: [sh, -c, \"…\"]`, with `exec` before what is to stay",
            ),
    )
}
