//! No value leaves the syntax that it is put into: hostile texts go into every text field of a manifest, and what comes
//! out is read back. Either the text is refused at its place, or every artifact has the same structure as with a harmless
//! one in its stead.

mod readers;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use camino::Utf8Path;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
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

type Artifacts = BTreeMap<String, String>;

/// All artifacts by path, or why there are none.
fn compile(manifest: &Value) -> Result<Artifacts, String> {
    static COMPILER: OnceLock<Compiler> = OnceLock::new();
    let compiler = COMPILER.get_or_init(Compiler::new);
    let text = serde_yaml::to_string(manifest).unwrap();
    let refused = |report: &sitewright::diag::Report| {
        for finding in report.findings() {
            assert!(
                finding.place().is_some(),
                "{} has no place: {}",
                finding.code,
                finding.title
            );
            assert!(
                !finding.help.is_empty(),
                "{} says nothing to do: {}",
                finding.code,
                finding.title
            );
        }
        format!(
            "{:?}",
            report
                .findings()
                .iter()
                .map(|finding| &finding.title)
                .collect::<Vec<_>>()
        )
    };
    let source = Source::read("site.yaml", &text, compiler.schema()).map_err(|report| refused(&report))?;
    let compilation = compiler.compile(&source, Utf8Path::new("/nonexistent"), &[], &Lock::default());
    let bundle = compilation.bundle().ok_or_else(|| refused(&compilation.report))?;
    Ok(bundle
        .files
        .into_iter()
        .map(|(path, file)| (path, file.content))
        .collect())
}

fn baseline() -> &'static Artifacts {
    static BASELINE: OnceLock<Artifacts> = OnceLock::new();
    BASELINE.get_or_init(|| compile(&manifest()).unwrap_or_else(|why| panic!("the harmless manifest compiles: {why}")))
}

/// What of an artifact must be as in the harmless one.
fn structure(path: &str, text: &str) -> Result<String, String> {
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count();
    let secrets = text.matches("{{secret:").count();
    let name = path.rsplit('/').next().unwrap_or(path);
    // What a reader makes of it but for the texts themselves.
    let own = if name.ends_with(".yaml") || name.ends_with(".yml") {
        readers::shape(&serde_yaml::from_str(text).map_err(|error| error.to_string())?)
    } else if name.ends_with(".json") {
        readers::shape(&serde_json::from_str(text).map_err(|error| error.to_string())?)
    } else if path.contains("/systemd/system/") {
        let settings = readers::unit(text)?;
        format!(
            "{:?}",
            settings
                .iter()
                .map(|(name, words)| (name, words.len()))
                .collect::<Vec<_>>()
        )
    } else if path.contains("/nginx/") {
        readers::nginx(text)?
            .iter()
            .map(|word| word.chars().next().unwrap_or_default())
            .collect()
    } else if name.ends_with(".zone") {
        // A long text is written in several strings.
        let strings = |words: Vec<String>| words.iter().filter(|word| !word.starts_with('=')).count();
        format!(
            "{:?}",
            readers::zone(text)?.into_iter().map(strings).collect::<Vec<_>>()
        )
    } else if name.ends_with(".env") {
        format!(
            "{:?}",
            readers::environment(text)?
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        )
    } else if name == "redis.conf" {
        // A setting may have several arguments, which blanks part.
        format!(
            "{:?}",
            readers::redis(text)?
                .iter()
                .map(|words| words.first())
                .collect::<Vec<_>>()
        )
    } else if path.contains("/etc/postgresql/") && name != "pg_hba.conf" {
        format!(
            "{:?}",
            readers::postgres(text)?
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        )
    } else if name.ends_with(".tsv") {
        format!(
            "{:?}",
            text.lines().map(|line| line.matches('\t').count()).collect::<Vec<_>>()
        )
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
    prop_assert!(
        paths.iter().copied().eq(baseline().keys()),
        "{field}: other files: {paths:?}"
    );
    for (path, content) in &artifacts {
        if is_the_text(path) {
            prop_assert!(!content.contains("{{secret:"), "{path}: {content}");
            continue;
        }
        let harmless =
            structure(path, &baseline()[path]).map_err(|why| TestCaseError::fail(format!("{path}: {why}")))?;
        let hostile = structure(path, content)
            .map_err(|why| TestCaseError::fail(format!("{field} = {text:?} breaks {path}: {why}\n{content}")))?;
        prop_assert_eq!(
            &harmless,
            &hostile,
            "{} = {:?} changes {}\n{}",
            field,
            text,
            path,
            content
        );
    }
    reads_back(field, text, &artifacts)?;
    Ok(true)
}

/// What reads the text of a field where it ends up: field, end of the path, and all texts that are read there.
type Reader = fn(&str) -> readers::Read<Vec<String>>;

const READERS: &[(&str, &str, Reader)] = &[
    ("/services/unit/env/PLAIN", "/acme-unit@.service", |text| {
        assigned(text, "PLAIN")
    }),
    ("/services/unit/command/1", "/acme-unit@.service", commands),
    (
        "/services/unit/jobs/prune/env/JOB",
        "/acme-unit-prune.service",
        |text| assigned(text, "JOB"),
    ),
    (
        "/services/unit/jobs/prune/command/1",
        "/acme-unit-prune.service",
        commands,
    ),
    ("/services/unit/health/command/1", "/etc/acme/health.tsv", |text| {
        let row = text.lines().find(|line| line.contains("bin/ok")).ok_or("no probe")?;
        readers::shell(
            row.split('\t')
                .find(|field| field.contains("bin/ok"))
                .unwrap_or_default(),
        )
    }),
    ("/services/box/jobs/prune/command/1", "/etc/cron.d/acme", |text| {
        let row = text.lines().find(|line| line.contains("bin/prune")).ok_or("no job")?;
        let command = row.splitn(7, ' ').last().unwrap_or_default();
        if command.replace("\\%", "").contains('%') {
            return Err(format!("cron ends the line there: {command}"));
        }
        readers::shell(&command.replace("\\%", "%"))
    }),
    ("/services/cache/settings/proc-title-template", "/redis.conf", |text| {
        Ok(readers::redis(text)?.iter().map(|words| words[1..].join(" ")).collect())
    }),
    ("/services/db/settings/application_name", "/conf.d/acme.conf", |text| {
        Ok(readers::postgres(text)?.into_iter().map(|(_, value)| value).collect())
    }),
    ("/services/box/env/PLAIN", "/compose.yaml", compose),
    ("/services/box/command/0", "/compose.yaml", compose),
    ("/services/box/health/command/1", "/compose.yaml", compose),
    ("/routes/@/headers/X-Note", "/acme.d/acme.example.conf", nginx),
    (
        "/routes/@/paths/~1box~1/headers/X-Other",
        "/acme.d/acme.example.conf",
        nginx,
    ),
    (
        "/routes/@/paths/~1json/json/text",
        "/acme.d/acme.example.conf",
        |text| {
            let answers = nginx(text)?
                .into_iter()
                .filter_map(|word| serde_json::from_str::<Value>(&word).ok());
            Ok(answers
                .filter_map(|answer| Some(answer.get("text")?.as_str()?.to_owned()))
                .collect())
        },
    ),
    ("/dns/zones/@/records/@/TXT/0", "/acme.example.zone", |text| {
        let texts = |words: Vec<String>| {
            words
                .iter()
                .filter_map(|word| word.strip_prefix('='))
                .collect::<String>()
        };
        Ok(readers::zone(text)?.into_iter().map(texts).collect())
    }),
    ("/backups/to/offsite/s3/region", "/backup/offsite.env", |text| {
        Ok(readers::environment(text)?
            .into_iter()
            .map(|(_, value)| value)
            .collect())
    }),
];

fn assigned(text: &str, name: &str) -> readers::Read<Vec<String>> {
    let words = readers::unit(text)?
        .into_iter()
        .filter(|(setting, _)| setting == "Environment")
        .flat_map(|(_, words)| words);
    Ok(words
        .filter_map(|word| Some(word.strip_prefix(&format!("{name}="))?.to_owned()))
        .collect())
}

fn commands(text: &str) -> readers::Read<Vec<String>> {
    let commands = readers::unit(text)?
        .into_iter()
        .filter(|(setting, _)| setting == "ExecStart");
    Ok(commands.flat_map(|(_, words)| words).collect())
}

fn nginx(text: &str) -> readers::Read<Vec<String>> {
    Ok(readers::nginx(text)?
        .into_iter()
        .filter_map(|word| Some(word.strip_prefix('=')?.to_owned()))
        .collect())
}

/// Every text of a compose file, in which `$$` is a `$`.
fn compose(text: &str) -> readers::Read<Vec<String>> {
    fn walk(value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::String(text) => texts.push(text.replace("$$", "$")),
            Value::Array(list) => list.iter().for_each(|value| walk(value, texts)),
            Value::Object(map) => map.values().for_each(|value| walk(value, texts)),
            _ => {}
        }
    }
    let mut texts = Vec::new();
    walk(
        &serde_yaml::from_str(text).map_err(|error| error.to_string())?,
        &mut texts,
    );
    Ok(texts)
}

/// Where a reader is at hand, it reads the very text.
fn reads_back(field: &str, text: &str, artifacts: &Artifacts) -> Result<(), TestCaseError> {
    for (_, end, read) in READERS.iter().filter(|(of, ..)| *of == field) {
        let (path, content) = artifacts
            .iter()
            .find(|(path, _)| path.ends_with(end))
            .unwrap_or_else(|| panic!("no {end}"));
        let wanted = if *end == "/redis.conf" {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        } else {
            text.replace("$${", "${") // as the language writes a plain one
        };
        let texts = read(content).map_err(|why| TestCaseError::fail(format!("{path}: {why}")))?;
        prop_assert!(
            texts.contains(&wanted),
            "{field} = {text:?} is not in {path}: {texts:?}"
        );
    }
    Ok(())
}

#[test]
fn every_reader_reads_something() {
    for (field, ..) in READERS {
        assert!(
            fields().iter().any(|known| known == field),
            "{field} is no text of the manifest"
        );
        reads_back(field, HARMLESS, baseline()).unwrap_or_else(|error| panic!("{field}: {error}"));
    }
}

const PIECES: &[&str] = &[
    "\"",
    "'",
    "\\",
    "`",
    "$",
    "$$",
    "${",
    "${x}",
    "$(id)",
    "%",
    "%%",
    "%n",
    "{",
    "}",
    "{{",
    "}}",
    "{{secret:key}}",
    "{{secret:key:raw}}",
    "{secret: key}",
    ";",
    "#",
    " #",
    "//",
    "/*",
    "<",
    ">",
    "&",
    "|",
    "!",
    "*",
    "~",
    "@",
    "^",
    "(",
    ")",
    "[",
    "]",
    "[Service]",
    "\n",
    "\r",
    "\t",
    "\0",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "\u{e000}",
    "\u{e001}",
    "é",
    "😀",
    " ",
    "  ",
    ": ",
    "- ",
    "? ",
    "---",
    "...",
    "\\n",
    "\nExecStart=/bin/sh",
    "\n[Service]\n",
    "; return 200",
    "} server {",
    "\" always; add_header X \"",
    "$host",
    "$$request_uri",
    "';--",
    "\\\"",
    "\\'",
    "=",
    ",",
    "--",
    "-o",
    "yes",
    "null",
    "0",
    "1e3",
    "\\$",
    "\\%",
    "EOF",
    "\x1b[31m",
    "\ttab\t",
    "!!python",
    "&a",
    "*a",
    "<<",
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
        for piece in ["a\" b", "'", "\\", "$x", "%n", "\n", "}", "#"] {
            let compiles = check(field, piece).unwrap_or_else(|error| panic!("{field}: {error}"));
            (compiled, all) = (compiled + usize::from(compiles), all + 1);
        }
    }
    println!("{} fields: {compiled} of {all} texts compile", fields().len());
    assert!(
        compiled * 2 > all,
        "refusing everything would be too easy: {compiled} of {all}"
    );
}

/// The same 128 texts on every machine, or with `PROPTEST_CASES` as many new ones.
fn config() -> ProptestConfig {
    let config = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_some() {
        return config;
    }
    ProptestConfig {
        cases: 128,
        rng_seed: RngSeed::Fixed(1),
        ..config
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_text_leaves_its_syntax(field in 0..fields().len(), text in hostile()) {
        check(&fields()[field], &text)?;
    }
}
