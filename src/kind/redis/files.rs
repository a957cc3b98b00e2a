//! `redis.conf` and `users.acl`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::Placed;
use super::secret;
use crate::manifest::services::Redis;
use crate::manifest::values::Setting;
use crate::render::{Language, Rendered, render};
use crate::site::{Encoding, Pointer, placeholder};

const MIB: u64 = 1 << 20;

#[derive(Serialize)]
struct ConfView {
    settings: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    origin: Pointer,
    name: String,
    /// Arguments, each of which the template quotes.
    words: Vec<String>,
}

#[derive(Serialize)]
struct AclView {
    origin: Pointer,
    app: String,
    backup: String,
    disabled: Vec<String>,
}

/// Where the two runtimes differ.
pub(super) struct Place {
    pub(super) port: u16,
    pub(super) dir: &'static str,
    pub(super) acl: String,
    pub(super) bind: Vec<String>,
    pub(super) supervised: bool,
}

pub(super) fn conf(section: &Redis, service: &Placed, place: &Place) -> Rendered {
    let limits = service.origin.child("limits");
    let mut lines: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    let mut put = |name: &str, words: &[&str]| {
        let line = Line {
            origin: service.origin.clone(),
            name: name.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
        };
        lines.insert(name.to_owned(), vec![line]);
    };
    put("bind", &place.bind.iter().map(String::as_str).collect::<Vec<_>>());
    put("port", &[&place.port.to_string()]);
    put("protected-mode", &["no"]);
    put("dir", &[place.dir]);
    put("aclfile", &[&place.acl]);
    put("appendonly", &["yes"]);
    put("appendfsync", &["everysec"]);
    put("maxmemory-policy", &["noeviction"]);
    put("tcp-keepalive", &["60"]);
    put("timeout", &["0"]);
    if place.supervised {
        put("supervised", &["systemd"]);
        put("daemonize", &["no"]);
        put("logfile", &["/var/log/redis/redis-server.log"]);
        put("pidfile", &["/run/redis/redis-server.pid"]);
    }
    if let Some(memory) = section.limits.memory {
        // A quarter stays for the copy that a snapshot makes, and for buffers.
        let line = Line {
            origin: limits,
            name: "maxmemory".into(),
            words: vec![format!("{}mb", memory.get() / MIB * 3 / 4)],
        };
        lines.insert("maxmemory".into(), vec![line]);
    }
    for (name, value) in &section.settings {
        let origin = service.origin.child("settings").child(name.as_str());
        let values: Vec<&Setting> = if let Setting::List(list) = value {
            list.iter().collect()
        } else {
            vec![value]
        };
        let own = values
            .into_iter()
            .map(|value| Line {
                origin: origin.clone(),
                name: name.to_string(),
                words: words(value),
            })
            .collect();
        lines.insert(name.to_string(), own);
    }
    let view = ConfView {
        settings: lines.into_values().flatten().collect(),
    };
    render(
        Language::Redis,
        "redis/redis.conf",
        include_str!("redis.conf.hbs"),
        &view,
    )
}

/// A raw value may have several words, as `save "900 1"` has.
fn words(value: &Setting) -> Vec<String> {
    match value {
        Setting::Bool(flag) => vec![if *flag { "yes" } else { "no" }.into()],
        Setting::Number(number) => vec![number.to_string()],
        Setting::Text(text) => text.to_string().split(' ').map(str::to_owned).collect(),
        Setting::List(_) | Setting::Map(_) => Vec::new(),
    }
}

pub(super) fn acl(section: &Redis, service: &Placed) -> Rendered {
    let password = |user: &str| placeholder(&secret(&service.name, user), Encoding::Sha256);
    let view = AclView {
        origin: service.origin.clone(),
        app: password("app"),
        backup: password("backup"),
        disabled: section
            .disable_commands
            .iter()
            .map(|command| command.to_string().to_ascii_lowercase())
            .collect(),
    };
    render(Language::Redis, "redis/users.acl", include_str!("users.acl.hbs"), &view)
}
