//! Redis and PostgreSQL read their settings.

use super::Read;

/// Words of each line of `redis.conf`, by `sdssplitargs`.
pub(in super::super) fn redis(text: &str) -> Read<Vec<Vec<String>>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(redis_line).collect()
}

fn redis_line(line: &str) -> Read<Vec<String>> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    while let Some(first) = chars.next() {
        if first.is_whitespace() {
            continue;
        }
        let mut word = String::new();
        if first == '"' {
            loop {
                match chars.next().ok_or_else(|| format!("a quote is never closed: {line}"))? {
                    '"' => break,
                    '\\' => match chars.next().ok_or("nothing behind a backslash")? {
                        'n' => word.push('\n'),
                        'r' => word.push('\r'),
                        't' => word.push('\t'),
                        'b' => word.push('\u{8}'),
                        'a' => word.push('\u{7}'),
                        'x' => return Err(format!("an escape that nobody wrote: {line}")),
                        c => word.push(c),
                    },
                    c => word.push(c),
                }
            }
            if chars.peek().is_some_and(|c| !c.is_whitespace()) {
                return Err(format!("something stands right behind a quote: {line}"));
            }
        } else {
            word.push(first);
            while let Some(c) = chars.next_if(|c| !c.is_whitespace()) {
                if matches!(c, '"' | '\'') {
                    return Err(format!("a quote within a word: {line}"));
                }
                word.push(c);
            }
        }
        words.push(word);
    }
    Ok(words)
}

/// Settings of `postgresql.conf` whose values are quoted.
pub(in super::super) fn postgres(text: &str) -> Read<Vec<(String, String)>> {
    let lines = text.lines().filter_map(|line| line.split_once(" = '"));
    lines
        .map(|(name, rest)| {
            let mut value = String::new();
            let mut chars = rest.chars().peekable();
            loop {
                match chars.next().ok_or_else(|| format!("a quote is never closed: {rest}"))? {
                    '\'' if chars.next_if_eq(&'\'').is_some() => value.push('\''),
                    '\'' => break,
                    '\\' => value.push(chars.next().ok_or("nothing behind a backslash")?),
                    c => value.push(c),
                }
            }
            let behind: String = chars.collect();
            if !behind.trim().is_empty() && !behind.trim_start().starts_with('#') {
                return Err(format!("something stands behind the value: {behind}"));
            }
            Ok((name.to_owned(), value))
        })
        .collect()
}
