//! What stands in a zone file: owner names and the data of each type of record, in the zone file's own words.

use super::domain::{Domain, absolute, check_labels, check_relative};
use super::text::single_line;
use super::unit::checked_text;

checked_text! {
    /// The owner of a record, relative to its zone: `@` is the zone itself, `*` any name; labels may begin with `_`.
    RecordName: "record-name", Some(r"^(@|\*|(\*\.)?[a-z0-9_.-]+\.?)$"), ["@", "_dmarc", "mail"], |text| check_relative(text, true)
}

checked_text! {
    /// The name that a record points at: relative to its zone, or absolute with a trailing dot.
    NameData: "dns-name", Some(r"^(@|[a-z0-9_.-]+)$"), ["mail", "mail.example.net."], check_name_data
}

checked_text! {
    /// A mail exchanger: its priority, lower first, and its name.
    MxData: "dns-mx", Some(r"^[0-9]{1,5} (@|\.|[a-z0-9_.-]+)$"), ["10 mail.example.net."], check_mx
}

checked_text! {
    /// A service: priority, weight, port and name.
    SrvData: "dns-srv", Some(r"^[0-9]{1,5} [0-9]{1,5} [0-9]{1,5} (@|\.|[a-z0-9_.-]+)$"), ["10 5 5222 xmpp"], check_srv
}

checked_text! {
    /// Who may issue certificates: flags, tag and the quoted value.
    CaaData: "dns-caa", Some(r#"^[0-9]{1,3} (issue|issuewild|issuemail|iodef) "[^"]*"$"#), ["0 issue \"letsencrypt.org\""], check_caa
}

checked_text! {
    /// Text of a record, without quotes of its own; one of more than 255 bytes is split where the zone file needs it.
    TxtData: "dns-txt", None, ["v=spf1 mx -all"], check_txt
}

impl RecordName {
    /// The whole name, without a trailing dot.
    pub fn within(&self, zone: &Domain) -> String {
        absolute(self.as_str(), zone)
    }
}

impl NameData {
    /// The whole name, without a trailing dot.
    pub fn within(&self, zone: &Domain) -> String {
        absolute(self.as_str(), zone)
    }
}

impl MxData {
    pub fn preference(&self) -> u16 {
        words(self.as_str())
            .next()
            .and_then(|word| word.parse().ok())
            .expect("checked when it was read")
    }

    /// The exchanger as written, relative or absolute; `.` says that the name takes no mail.
    pub fn exchange(&self) -> &str {
        words(self.as_str()).nth(1).expect("checked when it was read")
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !word.is_empty())
}

fn check_name_data(text: &str) -> Result<(), String> {
    if text == "@" {
        return Ok(());
    }
    if text.parse::<std::net::IpAddr>().is_ok() {
        return Err(format!(
            "`{text}` is an IP address, a name is asked for: an address belongs in an A or AAAA record"
        ));
    }
    check_labels(text.strip_suffix('.').unwrap_or(text), true)
}

fn check_exchange(text: &str) -> Result<(), String> {
    if text == "." { Ok(()) } else { check_name_data(text) }
}

fn number<T: std::str::FromStr>(word: Option<&str>) -> Option<T> {
    word.filter(|word| word.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|word| word.parse().ok())
}

fn check_mx(text: &str) -> Result<(), String> {
    single_line(text)?;
    let mut parts = words(text);
    match (number::<u16>(parts.next()), parts.next(), parts.next()) {
        (Some(_), Some(name), None) => check_exchange(name),
        _ => Err(format!(
            "`{text}` is not the data of an MX record: write priority and name, as in \"10 mail.example.net.\""
        )),
    }
}

fn check_srv(text: &str) -> Result<(), String> {
    single_line(text)?;
    let mut parts = words(text);
    let numbers: Option<[u16; 3]> = (|| Some([number(parts.next())?, number(parts.next())?, number(parts.next())?]))();
    match (numbers, parts.next(), parts.next()) {
        (Some(_), Some(name), None) => check_exchange(name),
        _ => Err(format!(
            "`{text}` is not the data of an SRV record: write priority, weight, port and name, as in \"10 5 5222 xmpp\""
        )),
    }
}

fn check_caa(text: &str) -> Result<(), String> {
    single_line(text)?;
    let wrong = || format!("`{text}` is not the data of a CAA record: write it as 0 issue \"letsencrypt.org\"");
    let mut parts = text.splitn(3, ' ');
    number::<u8>(parts.next()).ok_or_else(wrong)?;
    let known = matches!(parts.next(), Some("issue" | "issuewild" | "issuemail" | "iodef"));
    let value = parts.next().unwrap_or_default();
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .ok_or_else(wrong)?;
    if !known || inner.contains(['"', '\\']) || !inner.is_ascii() {
        return Err(wrong());
    }
    Ok(())
}

fn check_txt(text: &str) -> Result<(), String> {
    single_line(text)?;
    if text.len() > 1 && text.starts_with('"') && text.ends_with('"') {
        return Err(
            "a TXT record is written without quotes of its own: they are added where the zone file needs them".into(),
        );
    }
    if text.len() > 4_000 {
        return Err("a TXT record of more than 4000 bytes is not served by most name servers: shorten it".into());
    }
    Ok(())
}
