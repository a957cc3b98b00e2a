//! Names in the domain name system, as the author writes them: relative to the site's domain.

use super::text::not_empty;
use super::unit::checked_text;

checked_text! {
    /// A domain, whole and without a trailing dot.
    Domain: "domain", Some(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"), ["acme.example"], check_domain
}

checked_text! {
    /// A server of somebody else: its domain, or its address.
    ServerName: "server-name", Some(r"^[a-z0-9.:-]+$"), ["smtp.example.net"], check_server_name
}

checked_text! {
    /// A name relative to the site's domain: `@` is the domain itself, `*` any name below it, a trailing dot makes a name absolute.
    HostName: "host-name", Some(r"^(@|(\*\.)?[a-z0-9.-]+\.?|\*)$"), ["@", "www", "shop.example.org."], check_host_name
}

checked_text! {
    /// The host of a container registry, with its port where it has one.
    Registry: "registry", Some(r"^[a-z0-9.-]+(:[0-9]+)?$"), ["ghcr.io", "registry.acme.example:5000"], check_registry
}

impl HostName {
    /// The domain itself.
    pub fn is_apex(&self) -> bool {
        self.as_str() == "@"
    }

    pub fn is_wildcard(&self) -> bool {
        self.as_str().starts_with('*')
    }

    /// The whole name, without a trailing dot.
    pub fn within(&self, domain: &Domain) -> String {
        absolute(self.as_str(), domain)
    }
}

pub(super) fn absolute(name: &str, domain: &Domain) -> String {
    match (name, name.strip_suffix('.')) {
        ("@", _) => domain.to_string(),
        (_, Some(whole)) => whole.to_owned(),
        _ => format!("{name}.{domain}"),
    }
}

pub(super) fn check_domain(text: &str) -> Result<(), String> {
    if let Some(bare) = text.strip_suffix('.') {
        return Err(format!("a domain is written without a trailing dot: `{bare}`"));
    }
    if text.contains("://") {
        return Err(format!("`{text}` is an address: write the domain alone"));
    }
    if text.parse::<std::net::IpAddr>().is_ok() {
        return Err(format!("`{text}` is an IP address, a domain is asked for"));
    }
    check_labels(text, false)
}

fn check_server_name(text: &str) -> Result<(), String> {
    if text.parse::<std::net::IpAddr>().is_ok() {
        Ok(())
    } else {
        check_domain(text)
    }
}

fn check_host_name(text: &str) -> Result<(), String> {
    check_relative(text, false)
}

/// `@`, `*`, a relative or an absolute name.
pub(super) fn check_relative(text: &str, underscores: bool) -> Result<(), String> {
    if text == "@" || text == "*" {
        return Ok(());
    }
    let bare = text.strip_suffix('.').unwrap_or(text);
    if bare.parse::<std::net::IpAddr>().is_ok() {
        return Err(format!("`{text}` is an IP address, a name is asked for"));
    }
    let labels = bare.strip_prefix("*.").unwrap_or(bare);
    if labels.contains('*') {
        return Err(format!(
            "`{text}`: the wildcard stands for the first label only, as in `*` or `*.shop`"
        ));
    }
    check_labels(labels, underscores)
}

pub(super) fn check_labels(text: &str, underscores: bool) -> Result<(), String> {
    not_empty(text, "a name")?;
    if text.len() > 253 {
        return Err(format!(
            "`{text}` is longer than the 253 characters that a domain name may have: shorten it"
        ));
    }
    for label in text.split('.') {
        check_label(text, label, underscores)?;
    }
    Ok(())
}

fn check_label(text: &str, label: &str, underscores: bool) -> Result<(), String> {
    if label.is_empty() {
        return Err(format!("`{text}` has an empty label: between two dots stands a name"));
    }
    if label.len() > 63 {
        return Err(format!(
            "`{label}` is longer than the 63 characters that a label may have: shorten it"
        ));
    }
    if let Some(c) = label.chars().find(|c| !c.is_ascii()) {
        return Err(format!(
            "`{c}` cannot stand in a domain name: write the name in its punycode form, xn--…"
        ));
    }
    if label.contains(|c: char| c.is_ascii_uppercase()) {
        return Err(format!("`{text}` has capitals: write names in lower case"));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || (underscores && c == '_');
    if let Some(c) = label.chars().find(|c| !plain(*c)) {
        let shown = c.escape_debug();
        return Err(format!(
            "`{shown}` cannot stand in a domain name: use letters, digits and dashes"
        ));
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(format!("the label `{label}` begins or ends with a dash: remove it"));
    }
    Ok(())
}

fn check_registry(text: &str) -> Result<(), String> {
    let (host, port) = text.split_once(':').unwrap_or((text, "443"));
    if !port.bytes().all(|b| b.is_ascii_digit()) || port.parse::<u16>().ok().is_none_or(|port| port == 0) {
        return Err(format!(
            "`{text}` is not a registry: write its host, as in ghcr.io or registry.acme.example:5000"
        ));
    }
    if host.parse::<std::net::Ipv4Addr>().is_ok() {
        return Ok(());
    }
    check_labels(host, false)
}
