//! A file as settings by name, where its format has such: YAML, JSON, and what looks like an INI file.

use indexmap::IndexMap;
use serde_json::Value;

use super::words::Words;

/// Values by dotted name, in the file's order. A name that may stand several times has several.
pub(super) type Settings = IndexMap<String, Vec<String>>;

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingChange {
    pub name: String,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// None if the format has no settings, or is not what it says.
pub(super) fn of(path: &str, content: &str) -> Option<Settings> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "yaml" | "yml" => tree(&serde_yaml::from_str(content).ok()?),
        "json" => tree(&serde_json::from_str(content).ok()?),
        _ => ini(content),
    }
}

fn tree(value: &Value) -> Option<Settings> {
    let mut settings = Settings::new();
    flatten("", value, &mut settings);
    (value.is_object() || value.is_array()).then_some(settings)
}

fn flatten(name: &str, value: &Value, into: &mut Settings) {
    let below = |key: &str| {
        if name.is_empty() {
            key.to_owned()
        } else {
            format!("{name}.{key}")
        }
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                flatten(&below(key), value, into);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (index, value) in list.iter().enumerate() {
                if value.is_object() || value.is_array() {
                    flatten(&below(&index.to_string()), value, into);
                } else {
                    flatten(name, value, into);
                }
            }
        }
        Value::String(text) => into.entry(name.to_owned()).or_default().push(text.clone()),
        value => into.entry(name.to_owned()).or_default().push(value.to_string()),
    }
}

/// Nothing but `NAME = VALUE`, comments and `[SECTION]`s: units, jails, environment files, `postgresql.conf`.
fn ini(content: &str) -> Option<Settings> {
    let mut settings = Settings::new();
    let mut section = String::new();
    for line in content.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = format!("{name}.");
            continue;
        }
        let (name, value) = line.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let is_name = |c: char| c.is_alphanumeric() || "_.-/:@".contains(c);
        // A line that goes on, as in a unit, is more than this reads.
        if name.is_empty() || !name.chars().all(is_name) || value.ends_with('\\') {
            return None;
        }
        settings
            .entry(format!("{section}{name}"))
            .or_default()
            .push(value.to_owned());
    }
    (!settings.is_empty()).then_some(settings)
}

/// What differs beside the names.
pub(super) fn compare(from: &Settings, to: &Settings, words: &Words) -> Vec<SettingChange> {
    let mut changes = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (name, old) in from {
        // The name that stands there already first, as for values.
        let mapped = words.map(name);
        let other = to
            .get_key_value(name)
            .or_else(|| to.get_key_value(mapped.as_ref()))
            .filter(|(name, _)| !seen.contains(&name.as_str()));
        let Some((name, new)) = other else {
            changes.extend(pairs(name, old, &[], words));
            continue;
        };
        seen.push(name);
        changes.extend(pairs(name, old, new, words));
    }
    for (name, new) in to.iter().filter(|(name, _)| !seen.contains(&name.as_str())) {
        changes.extend(pairs(name, &[], new, words));
    }
    changes
}

/// What is in both is taken out. Of the rest, two stand beside one another if they are alone, or name the same variable.
fn pairs(name: &str, from: &[String], to: &[String], words: &Words) -> Vec<SettingChange> {
    let mut new: Vec<&String> = to.iter().collect();
    let mut old: Vec<&String> = from.iter().collect();
    for exact in [true, false] {
        old.retain(|value| {
            let same = |other: &&String| {
                if exact {
                    *other == *value
                } else {
                    words.same(value, other)
                }
            };
            new.iter().position(same).map(|at| new.remove(at)).is_none()
        });
    }
    let is_alone = old.len() == 1 && new.len() == 1;
    let variable = |value: &str| value.split_once('=').map(|(variable, _)| variable.to_owned());
    let mut changes = Vec::new();
    for value in old {
        let is_other = |other: &&String| is_alone || variable(value).is_some_and(|it| Some(it) == variable(other));
        let other = new.iter().position(is_other).map(|at| new.remove(at));
        changes.push((Some(value), other));
    }
    changes.extend(new.into_iter().map(|value| (None, Some(value))));
    changes
        .into_iter()
        .map(|(from, to)| SettingChange {
            name: name.to_owned(),
            from: from.cloned(),
            to: to.cloned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(path: &str, from: &str, to: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let (from, to) = (of(path, from).unwrap(), of(path, to).unwrap());
        compare(&from, &to, &Words::default())
            .into_iter()
            .map(|change| (change.name, change.from, change.to))
            .collect()
    }

    #[test]
    fn settings_have_names() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            changed(
                "compose.yaml",
                "services: {a: {cpus: '4', ports: [1, 2]}}",
                "services: {a: {cpus: '2', ports: [2, 1, 3]}}"
            ),
            [
                ("services.a.cpus".to_owned(), text("4"), text("2")),
                ("services.a.ports".to_owned(), None, text("3"))
            ]
        );
        assert_eq!(
            changed(
                "x.service",
                "# one\n[Service]\nEnvironment=\"A=1\"\nEnvironment=\"B=1\"\nMemoryMax=1\n",
                "[Service]\nEnvironment=\"C=1\"\nEnvironment=\"B=2\"\nEnvironment=\"A=1\"\n"
            ),
            [
                ("Service.Environment".to_owned(), text("\"B=1\""), text("\"B=2\"")),
                ("Service.Environment".to_owned(), None, text("\"C=1\"")),
                ("Service.MemoryMax".to_owned(), text("1"), None)
            ]
        );
    }

    #[test]
    fn a_program_has_none() {
        for text in [
            "#!/bin/sh\nset -eu\na=1\n",
            "server { listen 80; }\n",
            "",
            "ExecStart=a \\\n  b=1\n",
        ] {
            assert_eq!(of("x", text), None, "{text}");
        }
        assert_eq!(of("x.yaml", "a: ["), None);
    }
}
