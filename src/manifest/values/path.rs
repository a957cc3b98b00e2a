//! Paths: on the host, beside the manifest, and of a web address.

use super::text::single_line;
use super::unit::checked_text;

checked_text! {
    /// A path on the host, from its root.
    AbsolutePath: "path", Some(r"^/[A-Za-z0-9._+@=,:~/-]*$"), ["/opt/acme/api"], check_absolute
}

checked_text! {
    /// Paths on the host, where `*` stands for any characters but a slash.
    AbsoluteGlob: "path-glob", Some(r"^/[A-Za-z0-9._+@=,:~/*?\[\]-]*$"), ["/opt/acme/nginx.d/*.conf"], check_glob
}

checked_text! {
    /// Where a disk is mounted.
    Mount: "mount", Some(r"^/[A-Za-z0-9._+@=,:~/-]+$"), ["/srv"], check_mount
}

checked_text! {
    /// A file or folder beside the manifest, relative to it.
    SourcePath: "source-path", Some(r"^[^/~\s*?\[\]][^\s*?\[\]]*$"), ["files/errors"], |text| check_source(text, "")
}

checked_text! {
    /// Files beside the manifest, relative to it, where `*` stands for any characters but a slash.
    SourceGlob: "source-glob", Some(r"^[^/~\s][^\s]*$"), ["services/*.yaml"], |text| check_source(text, GLOB)
}

checked_text! {
    /// A path of a web address. It is a prefix unless it begins with `=` (exactly this one) or `~` (a regular expression).
    RoutePath: "route-path", Some(r"^(/|= ?/|~\*? ?)[^\s]*$"), ["/", "/api/", "=/robots.txt"], check_route
}

checked_text! {
    /// The name of a socket's file, without a directory.
    SocketName: "socket", Some(r"^[a-z0-9][a-z0-9._-]*\.sock$"), ["api.sock"], check_socket
}

checked_text! {
    /// Permissions of a file in octal, quoted.
    FileMode: "file-mode", Some("^0?[0-7]{3}$"), ["0644", "0600"], check_mode
}

impl AbsolutePath {
    pub fn as_path(&self) -> &camino::Utf8Path {
        self.as_str().into()
    }
}

impl SourcePath {
    pub fn as_path(&self) -> &camino::Utf8Path {
        self.as_str().into()
    }
}

/// How a route's path is compared with a request's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathMatch<'a> {
    Prefix(&'a str),
    Exact(&'a str),
    Pattern { expression: &'a str, ignore_case: bool },
}

impl RoutePath {
    pub fn matching(&self) -> PathMatch<'_> {
        let text = self.as_str();
        if let Some(rest) = text.strip_prefix('=') {
            PathMatch::Exact(rest.trim_start())
        } else if let Some(rest) = text.strip_prefix("~*") {
            PathMatch::Pattern {
                expression: rest.trim_start(),
                ignore_case: true,
            }
        } else if let Some(rest) = text.strip_prefix('~') {
            PathMatch::Pattern {
                expression: rest.trim_start(),
                ignore_case: false,
            }
        } else {
            PathMatch::Prefix(text)
        }
    }
}

impl FileMode {
    /// Four octal digits.
    pub fn octal(&self) -> String {
        format!("{:0>4}", self.as_str())
    }
}

const GLOB: &str = "*?[]";

fn check_absolute(text: &str) -> Result<(), String> {
    check_from_root(text, "")
}

fn check_glob(text: &str) -> Result<(), String> {
    check_from_root(text, GLOB)
}

fn check_from_root(text: &str, also: &str) -> Result<(), String> {
    single_line(text)?;
    let rest = text
        .strip_prefix('/')
        .ok_or_else(|| format!("`{text}` is not a path from the root: begin it with /"))?;
    // Shells, units and the web server's configuration each read some character as something else.
    let plain = |c: char| c.is_ascii_alphanumeric();
    check_parts(rest, text, also, plain)
}

fn check_mount(text: &str) -> Result<(), String> {
    check_absolute(text)?;
    let system = [
        "/", "/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/run", "/sbin", "/sys", "/usr",
    ];
    if system.contains(&text) {
        return Err(format!(
            "a disk cannot be mounted at `{text}`, which belongs to the system"
        ));
    }
    Ok(())
}

fn check_source(text: &str, also: &str) -> Result<(), String> {
    single_line(text)?;
    if text.is_empty() || text.starts_with(['/', '~']) {
        return Err(format!(
            "`{text}` is not beside the manifest: write a path relative to it, as in files/app.conf"
        ));
    }
    check_parts(text, text, also, char::is_alphanumeric)
}

fn check_parts(parts: &str, text: &str, also: &str, plain: fn(char) -> bool) -> Result<(), String> {
    if let Some(c) = text
        .chars()
        .find(|c| !plain(*c) && !"._+@=,:~/-".contains(*c) && !also.contains(*c))
    {
        return Err(match c {
            '*' | '?' | '[' | ']' => {
                format!("`{c}` cannot stand in `{text}`: one path is asked for, not a pattern")
            }
            c if c.is_whitespace() => {
                format!("`{text}` has a blank in it: rename it, not every program could tell where it ends")
            }
            c => format!("`{c}` cannot stand in the path `{text}`: use letters, digits and ._+@=,:~-"),
        });
    }
    let trimmed = parts.strip_suffix('/').unwrap_or(parts);
    if trimmed.is_empty() {
        return Ok(());
    }
    match trimmed
        .split('/')
        .find(|part| part.is_empty() || matches!(*part, "." | ".."))
    {
        None => Ok(()),
        Some("..") => Err(format!(
            "`{text}` leaves its folder by `..`: write the path that is meant"
        )),
        Some(_) => Err(format!("`{text}` has an empty or `.` part: write the path without it")),
    }
}

fn check_route(text: &str) -> Result<(), String> {
    single_line(text)?;
    let pattern = text.strip_prefix("~*").or_else(|| text.strip_prefix('~'));
    if let Some(pattern) = pattern {
        if pattern.trim().is_empty() || pattern.trim().contains(char::is_whitespace) {
            return Err(format!(
                "`{text}` has no regular expression behind the `~`, or one with a blank: write `\\s`"
            ));
        }
        return Ok(());
    }
    let path = text.strip_prefix('=').map_or(text, str::trim_start);
    if !path.starts_with('/') {
        return Err(format!(
            "`{text}` is not the path of an address: begin it with /, =/ or ~"
        ));
    }
    if let Some(c) = path.chars().find(|c| c.is_whitespace() || "\"'\\{};$?#".contains(*c)) {
        return Err(format!(
            "`{}` cannot stand in the path of an address here: match the part before it, or use `~` and a regular expression",
            c.escape_debug()
        ));
    }
    Ok(())
}

fn check_socket(text: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if text.len() > 64 || !begins || !text.ends_with(".sock") || !text.chars().all(plain) {
        return Err(format!(
            "`{}` is not a socket's name: write it as api.sock, without a directory",
            text.escape_debug()
        ));
    }
    Ok(())
}

fn check_mode(text: &str) -> Result<(), String> {
    let octal = text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let length = text.len() == 3 || (text.len() == 4 && text.starts_with('0'));
    if !octal || !length {
        return Err(format!(
            "`{text}` is not a file's mode: write it in octal and in quotes, as in \"0644\""
        ));
    }
    if text.ends_with(['2', '3', '6', '7']) {
        return Err(format!(
            "with `{text}` everybody could write the file: write \"0644\" or less"
        ));
    }
    Ok(())
}
