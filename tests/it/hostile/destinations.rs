//! Where the text of a field ends up: there its reader has to find the very text.

use proptest::prelude::*;
use serde_json::Value;

use super::artifacts::{Artifacts, baseline};
use super::manifest::{HARMLESS, fields};
use super::readers;

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
    ("/services/box/jobs/prune/command/1", "/compose.yaml", compose),
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
pub(super) fn reads_back(field: &str, text: &str, artifacts: &Artifacts) -> Result<(), TestCaseError> {
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
