//! Secrets that a shell puts on a command line.

use crate::check::Rule;
use crate::check::commands::{self, Command, expands};
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::Site;

pub(super) const RULE: Rule = Rule {
    code: "secret-in-process-list",
    document: include_str!("secret_in_process_list.md"),
    find,
};

/// Options of what shells do by themselves, as `[ -n "$KEY" ]` and `echo -n`; and where options end.
const INNER: [&str; 10] = ["-", "--", "-c", "-d", "-e", "-f", "-n", "-r", "-s", "-z"];

fn find(site: &Site) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for command in site.hosts.iter().flat_map(commands::all) {
        let Some((option, variable)) = shown(&command) else {
            continue;
        };
        let finding = Diagnostic::warning(RULE.code, format!("the process list shows `{variable}`"))
            .at(&command.origin, format!("the shell puts its value behind `{option}`"))
            .why("Every user of the host, and every tool that looks at processes, reads command lines.")
            .help("let the program read the variable itself, or a file: `{secret: …, as: file}`");
        found.push(finding);
    }
    // Instances are alike.
    once(found)
}

/// A variable with a secret that is the value of an option, and the option.
fn shown(command: &Command<'_>) -> Option<(String, String)> {
    command.script()?;
    let words = command.words();
    let before = std::iter::once("").chain(words.iter().map(String::as_str));
    before.zip(&words).find_map(|(before, word)| {
        let secret = command.secrets.iter().find(|name| expands(word, name))?;
        let is_option = |word: &str| word.starts_with('-') && !INNER.contains(&word);
        let option = if is_option(word) {
            word.split(['=', '$']).next().unwrap_or(word)
        } else if is_option(before) && !is_assignment(word) {
            before
        } else {
            return None;
        };
        Some((option.to_owned(), (*secret).to_owned()))
    })
}

/// `NAME=$OTHER` is a variable again.
fn is_assignment(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    name.len() < word.len() && !name.contains('$')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::fixture;

    #[test]
    fn values_of_options_are_shown() {
        let option = |script: &str| {
            let argv = ["/bin/sh", "-c", script].map(str::to_owned);
            let command = Command {
                origin: fixture::at("/services/api/command"),
                argv: &argv,
                secrets: vec!["PASS"],
            };
            shown(&command).map(|(option, _)| option)
        };
        for (script, expected) in [
            ("redis-cli -a \"$PASS\" ping", "-a"),
            ("exec app --password=$PASS", "--password"),
            ("curl -H \"Authorization: Bearer ${PASS}\" http://x", "-H"),
            ("mysql -p$PASS", "-p"),
        ] {
            assert_eq!(option(script).as_deref(), Some(expected), "{script}");
        }
        for script in [
            "[ -n \"$PASS\" ] && exec app",
            "REDISCLI_AUTH=$PASS redis-cli ping",
            "echo -n $PASS | app --password-stdin",
            "app --password '$PASS'",
            "app --name $PASSENGER",
            "app -- x",
        ] {
            assert_eq!(option(script), None, "{script}");
        }
    }
}
