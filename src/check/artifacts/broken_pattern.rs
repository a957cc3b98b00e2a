//! Expressions with which nginx does not start.

use crate::check::Rule;
use crate::check::once::once;
use crate::diag::Diagnostic;
use crate::site::{Matcher, Site};

pub(super) const RULE: Rule = Rule {
    code: "broken-pattern",
    document: include_str!("broken_pattern.md"),
    find,
};

fn find(site: &Site) -> Vec<Diagnostic> {
    let ingresses = site.hosts.iter().filter_map(|host| host.ingress.as_ref());
    let locations = ingresses.flat_map(|ingress| ingress.servers.iter().flat_map(|server| &server.locations));
    once(locations.filter_map(|location| {
        let Matcher::Regex(pattern) = &location.matcher else {
            return None;
        };
        let what = broken(pattern)?;
        Some(
            Diagnostic::error(RULE.code, format!("`{pattern}` is no regular expression"))
                .at_key(&location.origin, what)
                .why("nginx refuses its whole configuration for it.")
                .help("close what is open; a character that is meant itself has a `\\` before it"),
        )
    }))
}

/// What is open, or closed once too often.
fn broken(pattern: &str) -> Option<&'static str> {
    let mut groups = 0_u32;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                None => return Some("ends in a `\\`"),
                // What is between these is taken as it stands.
                Some('Q') => return None,
                Some(_) => {}
            },
            '(' => groups += 1,
            ')' => match groups.checked_sub(1) {
                Some(fewer) => groups = fewer,
                None => return Some("closes a `(` that is not there"),
            },
            '[' => {
                chars.next_if_eq(&'^');
                // A bracket that comes first is one of the characters.
                chars.next_if_eq(&']');
                loop {
                    match chars.next() {
                        None => return Some("does not close its `[`"),
                        Some('\\') => drop(chars.next()),
                        // A class such as `[:alpha:]`.
                        Some('[') if chars.peek() == Some(&':') => chars.by_ref().find(|c| *c == ']').map(drop)?,
                        Some(']') => break,
                        Some(_) => {}
                    }
                }
            }
            _ => {}
        }
    }
    (groups > 0).then_some("does not close its `(`")
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn groups_and_classes() {
        for whole in [
            r"^/(a|b)/[^/]+\.php$",
            r"^/\(x",
            "^/[)(]",
            "^/[]]",
            "^/[[:alpha:])]",
            r"^/[\]](",
        ] {
            assert_eq!(broken(whole).is_some(), whole.ends_with("]("), "{whole}");
        }
        for wrong in ["^/(a", "^/a)", "^/[a", r"^/a\"] {
            assert!(broken(wrong).is_some(), "{wrong}");
        }
    }
}
