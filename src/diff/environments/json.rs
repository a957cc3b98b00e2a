//! For programs: all of it.

use serde_json::{Value, json};

use super::{Comparison, EnvironmentFile, Found, SettingChange, ValueChange};

pub fn json(comparison: &Comparison) -> Value {
    let Comparison { from, to, .. } = comparison;
    let names = comparison.names.iter();
    let hosts = comparison.hosts.iter();
    json!({
        "format": 1,
        "from": from,
        "to": to,
        "names": names.map(|pair| json!({"what": pair.what, "from": pair.from, "to": pair.to})).collect::<Value>(),
        "hosts": hosts.map(|(host, is_second)| json!({"host": host, "only": if *is_second { to } else { from }})).collect::<Value>(),
        "values": comparison.values.iter().map(value).collect::<Value>(),
        "files": comparison.files.iter().map(file).collect::<Value>(),
    })
}

/// A side without the value is `null`.
fn value(change: &ValueChange) -> Value {
    let side = |found: &Option<Found>| {
        found.as_ref().map(|found| {
            let place = found.place.as_ref();
            json!({"value": found.value, "file": place.map(|(file, _)| file), "line": place.map(|(_, line)| line)})
        })
    };
    json!({"pointer": change.pointer, "from": side(&change.from), "to": side(&change.to)})
}

fn file(file: &EnvironmentFile) -> Value {
    let setting = |change: &SettingChange| json!({"name": change.name, "from": change.from, "to": change.to});
    json!({
        "path": file.name,
        "was": file.was,
        "change": file.kind.name(),
        "because": file.because,
        "settings": file.settings.iter().map(setting).collect::<Value>(),
        "diff": file.text.as_ref().map(|text| &text.unified),
    })
}
