//! Readers of the artifacts' languages, after the documents of the programs that read them; written apart from the
//! escapers that they judge.

mod nginx;
mod servers;
mod shell;
mod systemd;
mod zone;

use serde_json::Value;

pub(super) use nginx::nginx;
pub(super) use servers::{postgres, redis};
pub(super) use shell::{environment, shell};
pub(super) use systemd::unit;
pub(super) use zone::zone;

pub(super) type Read<T> = Result<T, String>;

/// Keys and types of a document, without its texts.
pub(super) fn shape(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let inner: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key:?}:{}", shape(value)))
                .collect();
            format!("{{{}}}", inner.join(","))
        }
        Value::Array(list) => format!("[{}]", list.iter().map(shape).collect::<Vec<_>>().join(",")),
        Value::String(_) => "text".into(),
        other => other.to_string(),
    }
}
