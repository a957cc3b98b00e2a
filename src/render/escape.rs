//! One escaper per target language: whatever a value holds, it stays one value.
//!
//! Line breaks and control characters are refused in single-line values when the manifest is read; should one come here
//! all the same, it becomes a space, so that no value can begin a line of its own.

use super::Language;
use super::helpers::{MARK_BEGIN, MARK_END};

/// The escaper of a language.
pub(crate) fn of(language: Language) -> fn(&str) -> String {
    match language {
        Language::Nginx => nginx,
        Language::Systemd => systemd,
        Language::Shell => shell,
        Language::Corefile => corefile,
        Language::Zone => zone,
        Language::Postgres | Language::Sql => single_quoted,
        Language::Redis => redis,
        Language::Markdown => markdown,
    }
}

/// Text that stays on one line.
pub(crate) fn one_line(value: &str) -> String {
    value
        .chars()
        .map(|c| {
            if c.is_control() || c == MARK_BEGIN || c == MARK_END {
                ' '
            } else {
                c
            }
        })
        .collect()
}

fn is_bare(value: &str, also: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(c))
}

fn quoted(value: &str, special: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        if special.contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}

/// A parameter of a directive. nginx has no way to quote `$`, so the emitted `http {}` defines `$dollar`.
pub(crate) fn nginx(value: &str) -> String {
    let value = one_line(value);
    if is_bare(&value, "_./:@%+=,-*~^!?&|") {
        return value;
    }
    quoted(&value, "\\\"").replace('$', "${dollar}")
}

/// A value of a unit file, where `%` begins a specifier and a backslash at the end of a line joins it with the next one.
pub(crate) fn systemd(value: &str) -> String {
    let mut value = one_line(value).replace('%', "%%");
    if value.ends_with('\\') {
        value.push(' ');
    }
    value
}

/// A word of `ExecStart=` or `Environment=`: quoted, with specifiers and variables made literal.
pub(crate) fn systemd_word(value: &str) -> String {
    let value = one_line(value);
    let text = if is_bare(&value, "_./:@%+=,-*~^!?") {
        value
    } else {
        quoted(&value, "\\\"")
    };
    text.replace('%', "%%").replace('$', "$$")
}

/// A word of `Environment=`: `$` has no meaning there.
pub(crate) fn systemd_assignment(name: &str, value: &str) -> String {
    quoted(&format!("{name}={}", one_line(value)), "\\\"").replace('%', "%%")
}

/// A word of `tmpfiles.d` and `sysusers.d`, where `%` begins a specifier.
pub(crate) fn tmpfiles(value: &str) -> String {
    let value = one_line(value);
    let text = if is_bare(&value, "_./:@%+=,-") {
        value
    } else {
        quoted(&value, "\\\"")
    };
    text.replace('%', "%%")
}

/// A value between the double quotes of an environment file that systemd and compose read alike. A backquote means nothing
/// to either, and compose keeps a backslash before one.
pub(crate) fn environment_file(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | '"' | '$' => text.extend(['\\', c]),
            c => text.push(c),
        }
    }
    text
}

/// A word of a shell command.
pub(crate) fn shell(value: &str) -> String {
    if is_bare(value, "_./:@%+=,-") {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', "'\\''"))
}

/// A command line for a shell.
pub(crate) fn shell_words<S: AsRef<str>>(words: &[S]) -> String {
    words
        .iter()
        .map(|word| shell(word.as_ref()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A line of tab-separated fields, as our programs on hosts read them; an empty one is `-`.
pub(crate) fn fields<S: AsRef<str>>(fields: &[S]) -> String {
    let field = |text: &S| match text.as_ref() {
        "" => "-".to_owned(),
        text => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
    };
    fields.iter().map(field).collect::<Vec<String>>().join("\t")
}

/// A word of a Corefile, where `{$NAME}` and `{%NAME%}` are taken from the environment.
pub(crate) fn corefile(value: &str) -> String {
    let value = one_line(value).replace("{$", "{ $").replace("{%", "{ %");
    if is_bare(&value, "_./:@+=,-*") {
        value
    } else {
        quoted(&value, "\\\"")
    }
}

/// A character string of a zone file, in chunks of at most 255 bytes.
pub(crate) fn zone(value: &str) -> String {
    let mut chunks = vec![String::new()];
    let mut length = 0;
    for byte in one_line(value).bytes() {
        if length == 255 {
            chunks.push(String::new());
            length = 0;
        }
        length += 1;
        let chunk = chunks.last_mut().expect("it starts with one");
        match byte {
            b'"' | b'\\' => chunk.extend(['\\', char::from(byte)]),
            b' '..=b'~' => chunk.push(char::from(byte)),
            other => chunk.push_str(&format!("\\{other:03}")),
        }
    }
    chunks
        .iter()
        .map(|chunk| format!("\"{chunk}\""))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A value between single quotes, which are doubled: SQL and `postgresql.conf`.
pub(crate) fn single_quoted(value: &str) -> String {
    format!("'{}'", one_line(value).replace('\\', "\\\\").replace('\'', "''"))
}

/// A string literal of SQL with standard-conforming strings.
pub(crate) fn sql(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// An identifier of SQL.
pub(crate) fn sql_identifier(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

/// An argument of a redis directive.
pub(crate) fn redis(value: &str) -> String {
    let value = one_line(value);
    if is_bare(&value, "_./:@%+=,-*~&#") && !value.starts_with('#') {
        value
    } else {
        quoted(&value, "\\\"")
    }
}

/// Text of a paragraph or a table cell.
pub(crate) fn markdown(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in one_line(value).chars() {
        match c {
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '&' => text.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' => text.extend(['\\', c]),
            c => text.push(c),
        }
    }
    text
}

/// Text between backticks, longer than any run of them inside.
pub(crate) fn markdown_code(value: &str) -> String {
    let value = one_line(value);
    let fence = "`".repeat(longest_run(&value, '`') + 1);
    let pad = if value.starts_with('`') || value.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{}{pad}{fence}", value.replace('|', "\\|"))
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or(0)
}
