//! Free text, and the single-line texts with a form of their own.

use super::domain::check_domain;
use super::unit::checked_text;

/// No character that could end a line or hide one, and nothing that reads as a secret's placeholder.
pub(super) fn single_line(text: &str) -> Result<(), String> {
    no_placeholder(text)?;
    match text.chars().find(|c| is_unseen(*c)) {
        None => Ok(()),
        Some('\n' | '\r') => Err("a line break cannot stand here: write one line".into()),
        Some(c) => Err(format!(
            "the control character U+{:04X} cannot stand here: remove it",
            u32::from(c)
        )),
    }
}

pub(super) fn no_placeholder(text: &str) -> Result<(), String> {
    if text.contains("{{secret:") {
        return Err(
            "`{{secret:` is reserved for the files of the bundle: refer to a secret as `{secret: name}`".into(),
        );
    }
    Ok(())
}

pub(super) fn is_unseen(c: char) -> bool {
    // U+E000 and U+E001 mark the origins of lines while a file is rendered; U+2028 and U+2029 end a line for some readers; the rest would show a reviewer something else than what is there.
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' | '\u{e000}' | '\u{e001}')
}

pub(super) fn not_empty(text: &str, what: &str) -> Result<(), String> {
    if text.is_empty() {
        Err(format!("{what} cannot be empty"))
    } else {
        Ok(())
    }
}

checked_text! {
    /// One line of text.
    Text: "text", None, ["one line"], single_line
}

checked_text! {
    /// Text that may have several lines.
    MultiText: "multi-text", None, ["first line\nsecond line\n"], check_multi_text
}

checked_text! {
    /// One argument of a command: passed on as it is, no shell reads it.
    Argument: "argument", None, ["dist/main.js"], single_line
}

checked_text! {
    /// An e-mail address.
    Email: "email", Some(r"^[A-Za-z0-9._+=][A-Za-z0-9._+=-]*@[a-z0-9.-]+$"), ["ops@acme.example"], check_email
}

checked_text! {
    /// An http or https address.
    WebUrl: "url", Some(r"^https?://[^\s]+$"), ["https://auth.acme.example/realms/acme"], check_url
}

checked_text! {
    /// Where a redirect leads: a path of the same host, or a whole http or https address.
    Location: "location", Some(r"^(/|https?://)[^\s]*$"), ["/new/", "https://docs.acme.example/"], check_location
}

checked_text! {
    /// A time zone by its name in the IANA database.
    TimeZone: "time-zone", Some(r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$"), ["UTC", "Europe/Paris"], check_time_zone
}

checked_text! {
    /// A time of the day in 24 hours.
    TimeOfDay: "time-of-day", Some(r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), ["04:00"], check_time_of_day
}

checked_text! {
    /// A public key as in `authorized_keys`: type, key, and a comment that says whose it is.
    SshKey: "ssh-key", Some(r"^(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ AAAA[A-Za-z0-9+/]+=*( .*)?$"),
    ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICL4GaynCSOlU4oRumwJy8RfoiIxiGXhR3SOW0IBtHIj marie@laptop"], check_ssh_key
}

impl Text {
    pub fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }
}

fn check_multi_text(text: &str) -> Result<(), String> {
    no_placeholder(text)?;
    match text.chars().find(|c| is_unseen(*c) && !matches!(c, '\n' | '\t')) {
        None => Ok(()),
        Some(c) => Err(format!(
            "the control character U+{:04X} cannot stand here: remove it",
            u32::from(c)
        )),
    }
}

fn check_email(text: &str) -> Result<(), String> {
    single_line(text)?;
    let wrong = || format!("`{text}` is not an e-mail address: write it as name@domain");
    let (user, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+=-".contains(c);
    if user.is_empty() || user.starts_with('-') || !user.chars().all(plain) {
        return Err(wrong());
    }
    check_domain(domain)
}

fn check_url(text: &str) -> Result<(), String> {
    single_line(text)?;
    let url = url::Url::parse(text).map_err(|e| format!("`{text}` is not an address: {e}"))?;
    if !matches!(url.scheme(), "http" | "https") || text.contains(char::is_whitespace) {
        return Err(format!(
            "`{text}` is not a web address: it begins with https:// or http:// and has no blanks"
        ));
    }
    if url.password().is_some() {
        return Err("an address with a password in it is a secret: declare it under `secrets` and refer to it".into());
    }
    Ok(())
}

fn check_location(text: &str) -> Result<(), String> {
    if let Some(c) = text.chars().find(|c| "$\"'\\{};".contains(*c)) {
        return Err(format!(
            "`{c}` cannot stand in a redirect: write it as %{:02X}",
            u32::from(c)
        ));
    }
    if text.starts_with('/') && !text.starts_with("//") {
        single_line(text)?;
        return match text.find(char::is_whitespace) {
            None => Ok(()),
            Some(_) => Err(format!("`{text}` has a blank in it: write %20")),
        };
    }
    check_url(text)
}

fn check_time_zone(text: &str) -> Result<(), String> {
    let area = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c));
    let parts: Vec<&str> = text.split('/').collect();
    let named = text.starts_with(|c: char| c.is_ascii_alphabetic());
    if named && parts.len() <= 3 && parts.iter().all(|part| area(part)) {
        return Ok(());
    }
    Err(format!(
        "`{text}` is not the name of a time zone: write it as in Europe/Paris, or UTC"
    ))
}

fn check_time_of_day(text: &str) -> Result<(), String> {
    let wrong = || format!("`{text}` is not a time of the day: write it as 04:00");
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str, below: u8| digits.len() == 2 && digits.parse::<u8>().is_ok_and(|n| n < below);
    if number(hours, 24) && number(minutes, 60) {
        Ok(())
    } else {
        Err(wrong())
    }
}

fn check_ssh_key(text: &str) -> Result<(), String> {
    single_line(text)?;
    if text.contains("PRIVATE KEY") {
        return Err("this is a private key: write the public one, the line of the .pub file".into());
    }
    let mut words = text.splitn(3, ' ');
    let kind = words.next().unwrap_or_default();
    let key = words.next().unwrap_or_default();
    if !["ssh-", "ecdsa-", "sk-"].iter().any(|start| kind.starts_with(start)) {
        return Err("a public key begins with its type, as in ssh-ed25519: options before it cannot stand here".into());
    }
    if kind == "ssh-dss" {
        return Err("DSA keys are no longer accepted by sshd: make one with `ssh-keygen -t ed25519`".into());
    }
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    if !key.starts_with("AAAA") || key.len() < 40 || !key.trim_end_matches('=').chars().all(base64) {
        return Err(format!(
            "the text after `{kind}` is not a public key: copy the whole line of the .pub file"
        ));
    }
    Ok(())
}
