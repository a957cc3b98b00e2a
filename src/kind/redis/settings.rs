//! `redis.conf`: what follows from the limits and the clients, and then the manifest's own settings.

use serde::Serialize;

use crate::kind::server::Budget;
use crate::manifest::services::Redis;
use crate::manifest::values::Setting as Raw;
use crate::render::{Language, Rendered, render};
use crate::site::{Pointer, Setting};

const MIB: u64 = 1 << 20;

/// Where the two runtimes differ.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) bind: Vec<String>,
    pub(super) port: u16,
    pub(super) dir: &'static str,
    pub(super) acl: &'static str,
    pub(super) supervised: bool,
}

#[derive(Serialize)]
struct View<'a> {
    lines: &'a [Line],
    login: Option<Login>,
}

/// How a copy logs in where it copies.
#[derive(Serialize)]
pub(super) struct Login {
    pub(super) origin: Pointer,
    pub(super) user: &'static str,
    pub(super) password: String,
}

/// A line of the file; a name may have several.
#[derive(Serialize)]
pub(super) struct Line {
    origin: Pointer,
    name: String,
    /// Arguments, each of which the template quotes.
    words: Vec<String>,
}

/// A quarter stays for the copy that a snapshot makes and for the buffers of clients.
pub(super) fn most_memory(limit: u64) -> u64 {
    limit / 4 * 3
}

pub(super) fn lines(redis: &Redis, origin: &Pointer, budget: Budget, place: &Place) -> Vec<Line> {
    let line = |origin: &Pointer, name: &str, words: Vec<String>| Line {
        origin: origin.clone(),
        name: name.to_owned(),
        words,
    };
    let mut lines = vec![
        line(origin, "bind", place.bind.clone()),
        line(origin, "port", vec![place.port.to_string()]),
    ];
    let supervised = if place.supervised { "systemd" } else { "no" };
    let fixed = [
        ("protected-mode", "yes"),
        ("tcp-keepalive", "60"),
        ("timeout", "0"),
        ("daemonize", "no"),
        ("supervised", supervised),
        ("loglevel", "notice"),
        ("logfile", ""),
        ("aclfile", place.acl),
        ("dir", place.dir),
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
        ("lazyfree-lazy-eviction", "yes"),
        ("lazyfree-lazy-expire", "yes"),
        ("maxmemory-policy", "noeviction"),
    ];
    lines.extend(fixed.map(|(name, value)| line(origin, name, vec![value.to_owned()])));
    lines.push(line(
        &origin.child("limits"),
        "maxmemory",
        vec![format!("{}mb", most_memory(budget.memory) / MIB)],
    ));
    for (name, value) in &redis.settings {
        let own = origin.child("settings").child(name.as_str());
        lines.retain(|line| !line.name.eq_ignore_ascii_case(name.as_str()));
        let values = if let Raw::List(list) = value {
            list.as_slice()
        } else {
            std::slice::from_ref(value)
        };
        lines.extend(values.iter().map(|value| line(&own, name.as_str(), words(value))));
    }
    lines
}

impl Line {
    pub(super) fn new(origin: &Pointer, name: &str, word: String) -> Self {
        Self {
            origin: origin.clone(),
            name: name.to_owned(),
            words: vec![word],
        }
    }

    pub(super) fn setting(&self) -> Setting {
        Setting {
            origin: self.origin.clone(),
            name: self.name.clone(),
            value: self.words.join(" "),
        }
    }
}

pub(super) fn write(lines: &[Line], login: Option<Login>) -> Rendered {
    render(
        Language::Redis,
        "redis/redis.conf",
        include_str!("redis.conf.hbs"),
        &View { lines, login },
    )
}

/// A raw value may have several words, as `save: "900 1"` has.
fn words(value: &Raw) -> Vec<String> {
    match value {
        Raw::Bool(true) => vec!["yes".to_owned()],
        Raw::Bool(false) => vec!["no".to_owned()],
        Raw::Number(number) => vec![number.to_string()],
        Raw::Text(text) => arguments(text.as_str()),
        Raw::List(list) => list.iter().flat_map(words).collect(),
        Raw::Map(map) => map
            .iter()
            .flat_map(|(key, value)| std::iter::once(key.to_string()).chain(words(value)))
            .collect(),
    }
}

/// Arguments are parted by blanks; a text of none of them is one that is empty.
fn arguments(text: &str) -> Vec<String> {
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if words.is_empty() { vec![String::new()] } else { words }
}

/// Redis' own spelling of a size: `1gb` is a power of two, `1g` one of ten.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "" | "b" => 1,
        "k" => 1_000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}
