//! What PostgreSQL and Redis can be set to, by version: their tables, and how the author's raw settings stand to them.

use crate::site::{Service, Setting, Site};

/// The servers of a kind with their major versions and the settings that the manifest's author wrote.
pub(super) fn written<'a>(site: &'a Site, kind: &'a str) -> impl Iterator<Item = (u32, Vec<&'a Setting>)> {
    let servers = site.services.iter().filter(move |service| service.kind == kind);
    servers
        .filter_map(|service| Some((service.version?, own(service))))
        .filter(|(_, settings)| !settings.is_empty())
}

fn own(service: &Service) -> Vec<&Setting> {
    let written = service.origin.child("settings");
    let all = service
        .configuration
        .iter()
        .flat_map(|configuration| &configuration.settings);
    all.filter(|setting| setting.origin.is_within(&written)).collect()
}

/// What a server can be set to.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    /// Majors that have it; none where there is no such end.
    since: Option<u32>,
    until: Option<u32>,
    words: usize,
    /// What the table says beside.
    columns: Vec<&'static str>,
}

/// How a setting's name stands to a version.
#[derive(Debug)]
pub(super) enum Standing<'a> {
    Known(&'a Known),
    /// It came with this version.
    Later(u32),
    /// It was last in this version.
    Gone(u32),
    Unknown,
}

/// The settings of PostgreSQL 14 to 18.
pub(super) fn postgres() -> Vec<Known> {
    table(include_str!("postgres.tsv"), 2, 7)
}

/// The directives of Redis 6 and 7.
pub(super) fn redis() -> Vec<Known> {
    table(include_str!("redis.tsv"), 1, 3)
}

/// `versions` is the column of the first version, and the last one is behind it; `words` that of the words.
fn table(text: &'static str, versions: usize, words: usize) -> Vec<Known> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let version = |column: usize| columns.get(column).and_then(|text| text.parse().ok());
            Known {
                name: columns[0],
                since: version(versions),
                until: version(versions + 1),
                words,
                columns,
            }
        })
        .collect()
}

/// What a server of this version makes of a name.
pub(super) fn standing<'a>(table: &'a [Known], name: &str, version: u32) -> Standing<'a> {
    let mut standing = Standing::Unknown;
    for known in table.iter().filter(|known| known.name.eq_ignore_ascii_case(name)) {
        match (known.since, known.until) {
            (Some(since), _) if version < since => standing = Standing::Later(since),
            (_, Some(until)) if version > until => standing = Standing::Gone(until),
            _ => return Standing::Known(known),
        }
    }
    standing
}

/// Whether PostgreSQL reads a value as on or as off: it takes every beginning of a word that is no other's.
pub(super) fn switch(value: &str) -> Option<bool> {
    let value = value.to_ascii_lowercase();
    let begins = |word: &str, least: usize| value.len() >= least && word.starts_with(&value);
    match value.as_str() {
        "1" => Some(true),
        "0" => Some(false),
        _ if begins("true", 1) || begins("yes", 1) || begins("on", 2) => Some(true),
        _ if begins("false", 1) || begins("no", 1) || begins("off", 2) => Some(false),
        _ => None,
    }
}

impl Known {
    fn column(&self, index: usize) -> &'static str {
        self.columns.get(index).copied().unwrap_or_default()
    }

    /// `bool`, `integer`, `real`, `enum`, `enumbool` or `text`, of PostgreSQL.
    pub(super) fn kind(&self) -> &'static str {
        self.column(1)
    }

    pub(super) fn least(&self) -> Option<f64> {
        self.column(4).parse().ok()
    }

    pub(super) fn most(&self) -> Option<f64> {
        self.column(5).parse().ok()
    }

    /// What a number without a unit counts: `8kB`, `ms`.
    pub(super) fn unit(&self) -> &'static str {
        self.column(6)
    }

    /// The words that it may be, where they are few: in the last column.
    pub(super) fn words(&self) -> Vec<&'static str> {
        let words = self.column(self.words);
        if words.is_empty() {
            Vec::new()
        } else {
            words.split(',').collect()
        }
    }
}
