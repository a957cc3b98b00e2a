//! nginx reads its configuration.

use super::Read;

/// Words, and what parts them (`;`, `{`, `}`), of a configuration of nginx. `${dollar}` is defined as `$`.
pub(in super::super) fn nginx(text: &str) -> Read<Vec<String>> {
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
