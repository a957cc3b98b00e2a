//! What two environments call differently because they must: their names, domains and addresses.

use std::borrow::Cow;
use std::net::IpAddr;

use super::Side;

/// One thing by its two names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// In the manifest's words: `environment`, `site.domain`, `hosts.vps`.
    pub what: String,
    pub from: String,
    pub to: String,
}

/// The first environment's names, and what stands for each in the other.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) pairs: Vec<Pair>,
    /// The pairs, and the spellings that are made of them; longest first, so that the longest is found.
    spellings: Vec<(String, String)>,
    /// The first environment's name.
    environment: String,
}

impl Words {
    pub(super) fn of(from: Side, to: Side) -> Self {
        let (from, to) = (&from.compiled.site, &to.compiled.site);
        let mut words = Self::default();
        words.add("environment", &from.environment, &to.environment);
        words.add("site.domain", &from.domain, &to.domain);
        for host in &from.hosts {
            let Some(other) = to.host(&host.name) else {
                continue;
            };
            let what = format!("hosts.{}", host.name);
            // An address is the other's of its family.
            for is_v4 in [true, false] {
                let family = |address: &&IpAddr| address.is_ipv4() == is_v4;
                let both = host
                    .public
                    .iter()
                    .filter(family)
                    .zip(other.public.iter().filter(family));
                for (from, to) in both {
                    words.add(&what, &from.to_string(), &to.to_string());
                }
            }
            if let (Some(from), Some(to)) = (host.private, other.private) {
                words.add(&what, &from.addr().to_string(), &to.addr().to_string());
            }
        }
        words.spellings.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
        words
    }

    fn add(&mut self, what: &str, from: &str, to: &str) {
        let pair = Pair {
            what: what.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        };
        if from == to || from.is_empty() || self.pairs.contains(&pair) {
            return;
        }
        self.spellings.push((pair.from.clone(), pair.to.clone()));
        if what == "environment" {
            from.clone_into(&mut self.environment);
        }
        // Names of nginx's zones are made of domains.
        if what == "site.domain" {
            self.spellings.push((from.replace('.', "_"), to.replace('.', "_")));
        }
        self.pairs.push(pair);
    }

    /// The text as the other environment would say it.
    pub(super) fn map<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut mapped = String::new();
        let mut at = 0;
        let mut copied = 0;
        while at < text.len() {
            if let Some((from, to)) = self.at(text, at) {
                mapped.push_str(&text[copied..at]);
                mapped.push_str(to);
                at += from.len();
                copied = at;
            } else {
                at += text[at..].chars().next().map_or(1, char::len_utf8);
            }
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        mapped.push_str(&text[copied..]);
        Cow::Owned(mapped)
    }

    /// Whether the other's text says the same. A name may also stand unchanged: mail to `ops@acme.example` is read by the
    /// same people in staging.
    pub(super) fn same(&self, from: &str, to: &str) -> bool {
        from == to || self.map(from) == to || self.piecewise(from, 0, to)
    }

    fn piecewise(&self, from: &str, start: usize, to: &str) -> bool {
        let mut at = start;
        let mut rest = to;
        while let Some(c) = from[at..].chars().next() {
            if let Some((word, other)) = self.at(from, at)
                && let Some(behind) = rest.strip_prefix(other)
                && self.piecewise(from, at + word.len(), behind)
            {
                return true;
            }
            let Some(behind) = rest.strip_prefix(c) else {
                return false;
            };
            rest = behind;
            at += c.len_utf8();
        }
        rest.is_empty()
    }

    /// The name that begins here, if one does and ends where a word ends.
    fn at(&self, text: &str, at: usize) -> Option<(&str, &str)> {
        let (before, here) = text.split_at(at);
        let (from, to) = self
            .spellings
            .iter()
            .find(|(from, _)| here.starts_with(from.as_str()))?;
        let behind = &here[from.len()..];
        let is_edge = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        if !is_edge(before.chars().next_back()) || !is_edge(behind.chars().next()) {
            return None;
        }
        // `NODE_ENV=production` is what an author decided; `backups/production` is a name that has to differ,
        // as is a column of our own tables.
        let joins = |c: Option<char>| c.is_some_and(|c| "/.-_@:\t".contains(c));
        if *from == self.environment && !joins(before.chars().next_back()) && !joins(behind.chars().next()) {
            return None;
        }
        let whole = match from.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => {
                let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
                let goes_on = behind.starts_with('.') && digit(behind.chars().nth(1));
                let goes_before = before.ends_with('.') && digit(before.chars().rev().nth(1));
                !goes_on && !goes_before
            }
            Ok(IpAddr::V6(_)) => !before.ends_with(':') && !behind.starts_with(':'),
            Err(_) => true,
        };
        whole.then_some((from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Words {
        let mut words = Words::default();
        words.add("environment", "production", "staging");
        words.add("site.domain", "acme.example", "staging.acme.example");
        words.add("hosts.vps", "203.0.113.1", "203.0.113.2");
        words.add("hosts.vps", "2001:db8::1", "2001:db8::2");
        words
    }

    #[test]
    fn names_are_mapped_where_they_stand_alone() {
        let words = words();
        for (from, to) in [
            ("https://www.acme.example/", "https://www.staging.acme.example/"),
            ("zone=acme_example_api:10m", "zone=staging_acme_example_api:10m"),
            ("acme.example.zone", "staging.acme.example.zone"),
            ("203.0.113.1:53 [2001:db8::1]:53", "203.0.113.2:53 [2001:db8::2]:53"),
            (
                "203.0.113.10 1.203.0.113.1 203.0.113.1.5",
                "203.0.113.10 1.203.0.113.1 203.0.113.1.5",
            ),
            ("2001:db8::1:5 2001:db8::12", "2001:db8::1:5 2001:db8::12"),
            ("notacme.example productions", "notacme.example productions"),
            ("größe/production", "größe/staging"),
            (
                "NODE_ENV=production \"production\"",
                "NODE_ENV=production \"production\"",
            ),
        ] {
            assert_eq!(words.map(from), to);
        }
    }

    #[test]
    fn a_name_may_also_stay() {
        let words = words();
        assert!(words.same("NODE_ENV=production", "NODE_ENV=production"));
        assert!(words.same("s3:acme/production/vps", "s3:acme/staging/vps"));
        assert!(!words.same("NODE_ENV=production", "NODE_ENV=staging"));
        assert!(words.same("ops@acme.example acme.example", "ops@acme.example staging.acme.example"));
        assert!(!words.same("acme.example", "staging.acme.example."));
    }

    #[test]
    fn names_can_change_places() {
        let mut words = Words::default();
        words.add("hosts.a", "10.0.0.1", "10.0.0.2");
        words.add("hosts.b", "10.0.0.2", "10.0.0.1");
        assert_eq!(words.map("10.0.0.1 10.0.0.2"), "10.0.0.2 10.0.0.1");
    }
}
