//! No value leaves the syntax that it is put into: hostile texts go into every text field of a manifest, and what comes
//! out is read back. Either the text is refused at its place, or every artifact has the same structure as with a harmless
//! one in its stead.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use camino::Utf8Path;
use proptest::prelude::*;
use serde_json::{Value, json};
use sitewright::Compiler;
use sitewright::resolve::Lock;
use sitewright::source::Source;

const HARMLESS: &str = "harmless";

/// Has every free text at least once; [`FIELDS`] says where.
fn manifest() -> Value {
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
                "settings": {"X-Note": HARMLESS},
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
        "ingress": {"headers": {"content_security_policy": HARMLESS}},
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
fn fields() -> &'static [String] {
    static FIELDS: OnceLock<Vec<String>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        fn walk(value: &Value, at: &str, fields: &mut Vec<String>) {
            match value {
                Value::String(text) if text.contains(HARMLESS) => fields.push(at.to_owned()),
                Value::Object(map) => map.iter().for_each(|(key, value)| {
                    walk(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), fields);
                }),
                Value::Array(list) => list.iter().enumerate().for_each(|(i, value)| walk(value, &format!("{at}/{i}"), fields)),
                _ => {}
            }
        }
        let mut fields = Vec::new();
        walk(&manifest(), "", &mut fields);
        fields
    })
}

type Artifacts = BTreeMap<String, String>;

/// All artifacts by path, or why there are none.
fn compile(manifest: &Value) -> Result<Artifacts, String> {
    static COMPILER: OnceLock<Compiler> = OnceLock::new();
    let compiler = COMPILER.get_or_init(Compiler::new);
    let text = serde_yaml::to_string(manifest).unwrap();
    let refused = |report: &sitewright::diag::Report| {
        for finding in report.findings() {
            assert!(finding.place().is_some(), "{} has no place: {}", finding.code, finding.title);
            assert!(!finding.help.is_empty(), "{} says nothing to do: {}", finding.code, finding.title);
        }
        format!("{:?}", report.findings().iter().map(|finding| &finding.title).collect::<Vec<_>>())
    };
    let source = Source::read("site.yaml", &text, compiler.schema()).map_err(|report| refused(&report))?;
    let compilation = compiler.compile(&source, Utf8Path::new("/nonexistent"), &[], &Lock::default());
    let bundle = compilation.bundle().ok_or_else(|| refused(&compilation.report))?;
    Ok(bundle.files.into_iter().map(|(path, file)| (path, file.content)).collect())
}

fn baseline() -> &'static Artifacts {
    static BASELINE: OnceLock<Artifacts> = OnceLock::new();
    BASELINE.get_or_init(|| compile(&manifest()).unwrap_or_else(|why| panic!("the harmless manifest compiles: {why}")))
}

/// Directives, openings and closings of a configuration of nginx, by its own rules of quoting.
fn nginx(text: &str) -> Result<Vec<char>, String> {
    let mut tokens = Vec::new();
    let mut depth = 0_i32;
    let mut chars = text.chars().peekable();
    let mut begins = true;
    while let Some(c) = chars.next() {
        let word_begins = std::mem::replace(&mut begins, c.is_whitespace() || ";{}".contains(c));
        match c {
            '\\' => drop(chars.next()),
            '#' if word_begins => while chars.next_if(|c| *c != '\n').is_some() {},
            '"' | '\'' if word_begins => loop {
                match chars.next().ok_or("a quote is never closed")? {
                    '\\' => drop(chars.next()),
                    other if other == c => break,
                    _ => {}
                }
            },
            '$' if chars.peek() == Some(&'{') => drop(chars.next()),
            ';' => tokens.push(c),
            '{' => {
                depth += 1;
                tokens.push(c);
            }
            '}' => {
                depth -= 1;
                tokens.push(c);
            }
            _ => {}
        }
        if depth < 0 {
            return Err("a block closes that never opened".into());
        }
    }
    if depth == 0 { Ok(tokens) } else { Err("a block is never closed".into()) }
}

/// Words of the lines of a zone file, with quoted texts as one word.
fn zone(text: &str) -> Result<Vec<usize>, String> {
    let words = |line: &str| {
        let (mut words, mut quoted, mut inside) = (0, false, false);
        let mut chars = line.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => drop(chars.next()),
                '"' => {
                    words += usize::from(!quoted);
                    quoted = !quoted;
                    inside = false;
                }
                ';' if !quoted => break,
                c if c.is_whitespace() && !quoted => inside = false,
                _ if !quoted && !inside => {
                    inside = true;
                    words += 1;
                }
                _ => {}
            }
        }
        if quoted { Err(format!("a quote is never closed: {line}")) } else { Ok(words) }
    };
    text.lines().map(words).collect()
}

/// Keys and types of a document, without its texts.
fn shape(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::Mapping(map) => {
            let inner: Vec<String> = map.iter().map(|(key, value)| format!("{key:?}:{}", shape(value))).collect();
            format!("{{{}}}", inner.join(","))
        }
        serde_yaml::Value::Sequence(list) => format!("[{}]", list.iter().map(shape).collect::<Vec<_>>().join(",")),
        serde_yaml::Value::String(_) => "text".into(),
        other => format!("{other:?}"),
    }
}

/// How many lines begin a section or a setting of systemd, and which.
fn unit(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut continued = false;
    for line in text.lines() {
        let again = std::mem::replace(&mut continued, line.ends_with('\\'));
        if !again && !line.starts_with(['#', ';']) {
            lines.push(line.split('=').next().unwrap_or_default().to_owned());
        }
    }
    lines
}

/// What of an artifact must be as in the harmless one.
fn structure(path: &str, text: &str) -> Result<String, String> {
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    let secrets = text.matches("{{secret:").count();
    let name = path.rsplit('/').next().unwrap_or(path);
    let own = if name.ends_with(".yaml") || name.ends_with(".yml") {
        shape(&serde_yaml::from_str(text).map_err(|error| error.to_string())?)
    } else if name.ends_with(".json") {
        let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let value = serde_yaml::to_value(value).map_err(|error| error.to_string())?;
        shape(&value)
    } else if path.contains("/systemd/system/") {
        format!("{:?}", unit(text))
    } else if path.contains("/nginx/") {
        format!("{:?}", nginx(text)?)
    } else if name.ends_with(".zone") {
        format!("{:?}", zone(text)?)
    } else if name.ends_with(".env") {
        format!("{:?}", text.lines().map(|line| line.split('=').next()).collect::<Vec<_>>())
    } else if name.ends_with(".tsv") {
        format!("{:?}", text.lines().map(|line| line.matches('\t').count()).collect::<Vec<_>>())
    } else {
        String::new()
    };
    Ok(format!("{lines} lines, {secrets} secrets, {own}"))
}

/// Files that are the text itself may have as many lines as it has.
fn is_the_text(path: &str) -> bool {
    path.ends_with("/motd") || path.ends_with("/acme-motd")
}

/// Whether it compiles; fails if that makes something else than a harmless text would.
fn check(field: &str, text: &str) -> Result<bool, TestCaseError> {
    let mut manifest = manifest();
    let value = manifest.pointer_mut(field).unwrap();
    *value = value.as_str().unwrap().replace(HARMLESS, text).into();
    let Ok(artifacts) = compile(&manifest) else {
        return Ok(false);
    };
    let paths: Vec<&String> = artifacts.keys().collect();
    prop_assert!(paths.iter().copied().eq(baseline().keys()), "{field}: other files: {paths:?}");
    for (path, content) in &artifacts {
        if is_the_text(path) {
            prop_assert!(!content.contains("{{secret:"), "{path}: {content}");
            continue;
        }
        let harmless = structure(path, &baseline()[path]).map_err(|why| TestCaseError::fail(format!("{path}: {why}")))?;
        let hostile = structure(path, content).map_err(|why| TestCaseError::fail(format!("{field} = {text:?} breaks {path}: {why}\n{content}")))?;
        prop_assert_eq!(&harmless, &hostile, "{} = {:?} changes {}\n{}", field, text, path, content);
    }
    reads_back(field, text, &artifacts)?;
    Ok(true)
}

/// Where a reader of the artifact is at hand, it reads the very text.
fn reads_back(field: &str, text: &str, artifacts: &Artifacts) -> Result<(), TestCaseError> {
    if field == "/services/box/env/PLAIN" {
        let compose = artifacts.iter().find(|(path, _)| path.ends_with("compose.yaml")).unwrap().1;
        let compose: Value = serde_yaml::from_str(compose).unwrap();
        let environment = compose["services"].as_object().unwrap().values().find_map(|service| service["environment"]["PLAIN"].as_str());
        prop_assert_eq!(environment.map(|value| value.replace("$$", "$")), Some(text.to_owned()));
    }
    Ok(())
}

const PIECES: &[&str] = &[
    "\"", "'", "\\", "`", "$", "$$", "${", "${x}", "$(id)", "%", "%%", "%n", "{", "}", "{{", "}}", "{{secret:key}}", "{{secret:key:raw}}",
    "{secret: key}", ";", "#", " #", "//", "/*", "<", ">", "&", "|", "!", "*", "~", "@", "^", "(", ")", "[", "]", "[Service]",
    "\n", "\r", "\t", "\0", "\u{7f}", "\u{85}", "\u{2028}", "\u{202e}", "\u{feff}", "é", "😀", " ", "  ", ": ", "- ", "? ", "---", "...", "\\n",
    "\nExecStart=/bin/sh", "\n[Service]\n", "; return 200", "} server {", "\" always; add_header X \"", "$host", "$$request_uri", "';--",
    "\\\"", "\\'", "=", ",", "--", "-o", "yes", "null", "0", "1e3", "\\$", "\\%", "EOF", "\x1b[31m", "\ttab\t", "!!python", "&a", "*a", "<<",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(PIECES).prop_map(str::to_owned),
        2 => "[a-z ]{1,6}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

#[test]
fn every_piece_alone_everywhere() {
    // Most pieces are refused or kept by one check for all fields; a few fields stand for each language.
    let (mut compiled, mut all) = (0, 0);
    for field in fields() {
        for piece in ["\"", "'", "\\", "$", "%", "\n", "}", ";", "#", "\t"] {
            let compiles = check(field, piece).unwrap_or_else(|error| panic!("{field}: {error}"));
            (compiled, all) = (compiled + usize::from(compiles), all + 1);
        }
    }
    println!("{} fields: {compiled} of {all} texts compile", fields().len());
    assert!(compiled * 2 > all, "refusing everything would be too easy: {compiled} of {all}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_text_leaves_its_syntax(field in 0..fields().len(), text in hostile()) {
        check(&fields()[field], &text)?;
    }
}
