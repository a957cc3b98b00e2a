//! A name server reads a zone (RFC 1035, 5.1).

use super::Read;

/// Words of each line of a zone file; quoted texts are told from others by a `=` in front.
pub(in super::super) fn zone(text: &str) -> Read<Vec<Vec<String>>> {
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
