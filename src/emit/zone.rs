//! Records of a zone file, each on one line whatever it holds.

use crate::render::escape;
use crate::site::Record;

/// A name or a TTL or data, as one line of a zone file.
pub(super) fn line(record: &Record) -> String {
    let ttl = record.ttl.map(|ttl| format!("{ttl} ")).unwrap_or_default();
    let kind: String = record.kind.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{} {ttl}IN {kind} {}", bare(&record.name), data(&kind, &record.data))
}

fn data(kind: &str, data: &str) -> String {
    if matches!(kind, "TXT" | "SPF") {
        return escape::zone(data);
    }
    words(data).join(" ")
}

/// Splits data at spaces; what stood in quotes stays one quoted string (`0 issue "letsencrypt.org"`).
fn words(data: &str) -> Vec<String> {
    let data = escape::one_line(data);
    let mut words = Vec::new();
    let mut rest = data.trim();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('"') {
            let (text, after) = inner.split_once('"').unwrap_or((inner, ""));
            words.push(escape::zone(text));
            rest = after.trim_start();
        } else {
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            words.push(bare(word));
            rest = after.trim_start();
        }
    }
    words
}

/// A word without quotes: what has a meaning in a zone file loses it, and what was escaped stays so.
pub(super) fn bare(word: &str) -> String {
    let word = escape::one_line(word);
    let mut text = String::with_capacity(word.len());
    let mut bytes = word.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => match bytes.next_if(u8::is_ascii_graphic) {
                Some(escaped) => text.extend(['\\', char::from(escaped)]),
                None => text.push_str("\\\\"),
            },
            b'(' | b')' | b';' | b'"' => text.extend(['\\', char::from(byte)]),
            b'!'..=b'~' => text.push(char::from(byte)),
            other => text.push_str(&format!("\\{other:03}")),
        }
    }
    if text.starts_with('$') {
        text.insert(0, '\\');
    }
    text
}
