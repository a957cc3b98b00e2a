//! Readers of the artifacts' languages, after the documents of the programs that read them; written apart from the
//! escapers that they judge.

use serde_json::Value;

pub(super) type Read<T> = Result<T, String>;

/// Words, and what parts them (`;`, `{`, `}`), of a configuration of nginx. `${dollar}` is defined as `$`.
pub(super) fn nginx(text: &str) -> Read<Vec<String>> {
    let mut words = Vec::new();
    let mut depth = 0_i32;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            c if c.is_whitespace() => {}
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            ';' | '{' | '}' => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                if depth < 0 {
                    return Err("a block closes that never opened".into());
                }
                words.push(c.to_string());
            }
            quote @ ('"' | '\'') => {
                let mut word = String::from("=");
                loop {
                    match chars.next().ok_or("a quote is never closed")? {
                        '\\' => match chars.next().ok_or("nothing behind a backslash")? {
                            c @ ('"' | '\'' | '\\') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c if c == quote => break,
                        c => word.push(c),
                    }
                }
                if chars.peek().is_some_and(|c| !c.is_whitespace() && !";{)".contains(*c)) {
                    return Err(format!("something stands right behind a quote: {word}"));
                }
                words.push(word.replace("${dollar}", "$"));
            }
            c => {
                let mut word = String::from("=");
                let mut next = Some(c);
                while let Some(c) = next {
                    word.push(c);
                    if c == '\\' {
                        word.extend(chars.next());
                    } else if c == '$' && chars.peek() == Some(&'{') {
                        word.extend(chars.by_ref().take_while(|c| *c != '}'));
                        word.push('}');
                    }
                    next = chars.next_if(|c| !c.is_whitespace() && !";{}".contains(*c));
                }
                words.push(word.replace("${dollar}", "$"));
            }
        }
    }
    if depth == 0 {
        Ok(words)
    } else {
        Err("a block is never closed".into())
    }
}

/// Words of each line of a zone file; quoted texts are told from others by a `=` in front.
pub(super) fn zone(text: &str) -> Read<Vec<Vec<String>>> {
    text.lines().map(zone_line).collect()
}

fn zone_line(line: &str) -> Read<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut bytes = line.bytes().peekable();
    let escape = |bytes: &mut std::iter::Peekable<std::str::Bytes<'_>>| -> Read<u8> {
        let first = bytes.next().ok_or("nothing behind a backslash")?;
        if !first.is_ascii_digit() {
            return Ok(first);
        }
        let rest: Vec<u8> = bytes.by_ref().take(2).collect();
        let digits = [vec![first], rest].concat();
        String::from_utf8_lossy(&digits)
            .parse()
            .map_err(|_| format!("no byte: {digits:?}"))
    };
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' => {}
            b';' => break,
            b'"' => {
                let mut word = vec![b'='];
                loop {
                    match bytes.next().ok_or_else(|| format!("a quote is never closed: {line}"))? {
                        b'\\' => word.push(escape(&mut bytes)?),
                        b'"' => break,
                        byte => word.push(byte),
                    }
                }
                words.push(String::from_utf8_lossy(&word).into_owned());
            }
            byte => {
                let mut word = vec![byte];
                while let Some(byte) = bytes.next_if(|byte| !b" \t;\"".contains(byte)) {
                    word.push(byte);
                }
                words.push(String::from_utf8_lossy(&word).into_owned());
            }
        }
    }
    Ok(words)
}

/// Settings of a unit: the name, and for lines of words the words.
pub(super) fn unit(text: &str) -> Read<Vec<(String, Vec<String>)>> {
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

/// Words of a command line of a shell in which nothing is expanded.
pub(super) fn shell(line: &str) -> Read<Vec<String>> {
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
pub(super) fn environment(text: &str) -> Read<Vec<(String, String)>> {
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

/// Words of each line of `redis.conf`, by `sdssplitargs`.
pub(super) fn redis(text: &str) -> Read<Vec<Vec<String>>> {
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
pub(super) fn postgres(text: &str) -> Read<Vec<(String, String)>> {
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

/// Keys and types of a document, without its texts.
pub(super) fn shape(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let inner: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key:?}:{}", shape(value)))
                .collect();
            format!("{{{}}}", inner.join(","))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(shape).collect::<Vec<_>>().join(",")),
        Value::String(_) => "text".into(),
        other => other.to_string(),
    }
}
