//! A shell reads a command line, and what reads environment files as it does.

use super::Read;

/// Words of a command line of a shell in which nothing is expanded.
pub(in super::super) fn shell(line: &str) -> Read<Vec<String>> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    let mut word: Option<String> = None;
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(|| format!("a quote is never closed: {line}"))? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or_else(|| format!("a quote is never closed: {line}"))? {
                        '"' => break,
                        '$' | '`' => return Err(format!("something is expanded: {line}")),
                        '\\' => word.push(chars.next().ok_or("nothing behind a backslash")?),
                        c => word.push(c),
                    }
                }
            }
            '\\' => word
                .get_or_insert_default()
                .push(chars.next().ok_or("nothing behind a backslash")?),
            '$' | '`' | ';' | '&' | '|' | '<' | '>' | '(' | ')' | '*' | '?' | '[' | '!' => {
                return Err(format!("`{c}` means something to the shell: {line}"));
            }
            '#' | '~' if word.is_none() => return Err(format!("`{c}` means something to the shell: {line}")),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// Names and values of an environment file that systemd, compose and a shell read alike.
pub(in super::super) fn environment(text: &str) -> Read<Vec<(String, String)>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.split_once('=').ok_or_else(|| format!("no assignment: {line}"))?;
            let inner = value
                .strip_prefix('"')
                .and_then(|value| value.strip_suffix('"'))
                .ok_or_else(|| format!("no quotes: {line}"))?;
            let mut value = String::new();
            let mut chars = inner.chars();
            while let Some(c) = chars.next() {
                match c {
                    '\\' => value.push(
                        chars
                            .next()
                            .ok_or_else(|| format!("the quote is never closed: {line}"))?,
                    ),
                    '"' => return Err(format!("the quote closes too early: {line}")),
                    '$' => return Err(format!("something is expanded: {line}")),
                    c => value.push(c),
                }
            }
            Ok((name.to_owned(), value))
        })
        .collect()
}
