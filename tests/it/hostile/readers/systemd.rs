//! systemd reads a unit.

use super::Read;

/// Settings of a unit: the name, and for lines of words the words.
pub(in super::super) fn unit(text: &str) -> Read<Vec<(String, Vec<String>)>> {
    let mut settings = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
    {
        if line.ends_with('\\') {
            return Err(format!("the next line belongs to this one: {line}"));
        }
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        let words = match name {
            "Environment" => systemd_words(value, false)?,
            _ if name.starts_with("Exec") => systemd_words(value, true)?,
            _ => Vec::new(),
        };
        settings.push((name.to_owned(), words));
    }
    Ok(settings)
}

/// systemd.syntax(7), "Quoting"; `%%` and, in commands, `$$` are literal. A specifier or a variable stays as it is.
fn systemd_words(value: &str, is_command: bool) -> Read<Vec<String>> {
    let mut words = Vec::new();
    let mut chars = value.chars().peekable();
    while let Some(first) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut word = String::new();
        let quote = matches!(first, '"' | '\'').then_some(first);
        let mut next = if quote.is_some() { chars.next() } else { Some(first) };
        loop {
            match next {
                None if quote.is_some() => return Err(format!("a quote is never closed: {value}")),
                None => break,
                Some('\\') => match chars.next().ok_or("nothing behind a backslash")? {
                    c @ ('"' | '\'' | '\\') => word.push(c),
                    's' => word.push(' '),
                    other => return Err(format!("an escape that nobody wrote: \\{other} in {value}")),
                },
                Some(c) if Some(c) == quote => {
                    if chars.peek().is_some_and(|c| !c.is_whitespace()) {
                        return Err(format!("something stands right behind a quote: {value}"));
                    }
                    break;
                }
                Some(c) if quote.is_none() && c.is_whitespace() => break,
                Some(';') if quote.is_none() && word.is_empty() => return Err(format!("a second command: {value}")),
                Some(c) => word.push(c),
            }
            next = chars.next();
        }
        let word = word.replace("%%", "%");
        words.push(if is_command { word.replace("$$", "$") } else { word });
    }
    Ok(words)
}
