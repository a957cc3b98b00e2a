//! The manifest whose texts are replaced, and where they stand.

use std::sync::OnceLock;

use serde_json::{Value, json};

pub(super) const HARMLESS: &str = "harmless";

/// Has every free text at least once; [`fields`] says where.
pub(super) fn manifest() -> Value {
    json!({
        "sitewright": 1,
        "site": {"name": "acme", "domain": "acme.example", "contact": "ops@acme.example", "description": HARMLESS},
        "admins": {"marie": {"ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICL4GaynCSOlU4oRumwJy8RfoiIxiGXhR3SOW0IBtHIj harmless"], "sudo": true}},
        "hosts": {"vps": {"address": "203.0.113.10", "size": {"cpus": 2, "memory": "8GiB", "disk": "40GiB"}}},
        "registries": {"ghcr.io": {"user": HARMLESS, "password": {"secret": "ghcr"}}},
        "services": {
            "db": {"kind": "postgres", "version": "15", "runtime": "native", "databases": {"acme": {}}, "settings": {"application_name": HARMLESS}},
            "cache": {"kind": "redis", "version": "7", "runtime": "container", "settings": {"proc-title-template": HARMLESS}},
            "mailer": {"kind": "smtp", "external": {"host": "smtp.example.net"}, "user": HARMLESS, "password": {"secret": "smtp"}},
            "unit": {
                "kind": "app", "release": {"dir": "/opt/acme/unit"}, "command": ["/usr/bin/node", HARMLESS], "port": 3000,
                "env": {"PLAIN": HARMLESS, "KEY": {"secret": "key"}}, "uses": ["db"],
                "health": {"command": ["bin/ok", HARMLESS]},
                "jobs": {"prune": {"schedule": "0 4 * * *", "command": ["/usr/bin/node", HARMLESS], "env": {"JOB": HARMLESS}}},
                "settings": {"SyslogIdentifier": HARMLESS},
                "files": {"/etc/unit/motd": {"content": HARMLESS}},
                "waive": {"docker-socket": HARMLESS},
            },
            "box": {
                "kind": "app", "image": "ghcr.io/acme/box:1.4.0", "command": [HARMLESS, HARMLESS], "port": 3100,
                "env": {"PLAIN": HARMLESS, "KEY": {"secret": "key"}}, "uses": ["cache", "mailer"],
                "health": {"command": ["bin/ok", HARMLESS]},
                "jobs": {"prune": {"schedule": "0 4 * * *", "command": ["bin/prune", HARMLESS]}},
                "settings": {"labels": {"note": HARMLESS}},
                "files": {"/etc/box/motd": {"content": HARMLESS}},
            },
        },
        "routes": {"@": {
            "headers": {"X-Note": HARMLESS},
            "paths": {
                "/": "unit",
                "/box/": {"to": "box", "headers": {"X-Other": HARMLESS}},
                "/old/": {"redirect": "/harmless"},
                "/json": {"json": {"text": HARMLESS}},
            },
        }},
        "ingress": {"headers": {"content_security_policy": "default-src 'self'; report-uri /harmless"}},
        "tls": {"issuer": "letsencrypt", "challenge": "http-01"},
        "dns": {"on": "vps", "zones": {"@": {"wildcard": "vps", "records": {"@": {"TXT": [HARMLESS], "MX": ["10 mail.example.net."]}}}}},
        "secrets": {
            "key": {"generate": {"length": 64, "prefix": HARMLESS}},
            "ghcr": {"provided": HARMLESS}, "smtp": {"provided": HARMLESS},
            "s3": {"provided": HARMLESS, "keys": ["access_key_id", "secret_access_key"]},
        },
        "backups": {
            "schedule": "0 2 * * *", "notify": ["ops", "hook"],
            "to": {
                "offsite": {"s3": {"bucket": HARMLESS, "region": HARMLESS, "prefix": HARMLESS, "credentials": {"secret": "s3"}}},
                "cloud": {"rclone": {"remote": HARMLESS, "config": {"secret": "ghcr"}}},
            },
        },
        "notify": {"hook": {"webhook": {"url": "https://hooks.example.net/harmless"}}, "ops": {"email": {"to": ["ops@acme.example"], "smtp": "mailer"}}},
        "files": {"/etc/acme-motd": {"content": HARMLESS}},
    })
}

/// Where [`HARMLESS`] stands, alone or within a text.
pub(super) fn fields() -> &'static [String] {
    static FIELDS: OnceLock<Vec<String>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        fn walk(value: &Value, at: &str, fields: &mut Vec<String>) {
            match value {
                Value::String(text) if text.contains(HARMLESS) => fields.push(at.to_owned()),
                Value::Object(map) => map.iter().for_each(|(key, value)| {
                    walk(
                        value,
                        &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                        fields,
                    );
                }),
                Value::Array(list) => list
                    .iter()
                    .enumerate()
                    .for_each(|(i, value)| walk(value, &format!("{at}/{i}"), fields)),
                _ => {}
            }
        }
        let mut fields = Vec::new();
        walk(&manifest(), "", &mut fields);
        fields
    })
}
