//! Own files of a service, and raw settings.

use std::collections::BTreeMap;

use super::environment::on_host;
use crate::kind::{Lowering, Names, Runtime};
use crate::manifest::values::{AbsolutePath, Setting};
use crate::manifest::{File, FileSource, OnChange};
use crate::site::ConfigFile;

/// Places a service's own files; a folder brings all that is in it.
pub(super) fn lower(files: &BTreeMap<AbsolutePath, File>, user: &str, lowering: &mut Lowering<'_>, host: &str) {
    let service = lowering.service.clone();
    for (path, file) in files {
        let origin = service.origin.child("files").child(path.as_str());
        let contents = match &file.source {
            FileSource::Content(text) => vec![(String::new(), text.to_string())],
            FileSource::From(source) => {
                let names = Names::new(lowering.site, lowering.hosts, host)
                    .of_service(&service.name, &on_host(lowering.connections, host));
                let texts = lowering.assets.texts(source.as_str()).into_iter();
                texts
                    .map(|text| names.render(source.as_str(), text, &origin, lowering.found))
                    .collect()
            }
        };
        for (relative, content) in contents {
            let holds_secret = content.contains("{{secret:");
            let mode = file
                .mode
                .as_ref()
                .map_or(if holds_secret { "0640" } else { "0644" }.to_owned(), |mode| {
                    mode.octal()
                });
            let placed = ConfigFile {
                path: if relative.is_empty() {
                    path.to_string()
                } else {
                    format!("{}/{relative}", path.as_str().trim_end_matches('/'))
                },
                origins: vec![origin.clone()],
                owner: file
                    .owner
                    .as_ref()
                    .map_or_else(|| "root".to_owned(), ToString::to_string),
                group: file.group.as_ref().map_or_else(|| user.to_owned(), ToString::to_string),
                mode: u16::from_str_radix(&mode, 8).expect("a mode is octal"),
                content,
                lines: Vec::new(),
                set: "files",
                actions: service
                    .processes
                    .iter()
                    .map(|process| format!("{}-{}", lowering.site.name, process.label))
                    .filter(|_| service.runtime == Runtime::Systemd)
                    .chain((service.runtime == Runtime::Container).then(|| "compose".to_owned()))
                    .filter(|_| file.on_change == OnChange::Restart)
                    .collect(),
                verbatim: true,
            };
            lowering.host(host).files.push(placed);
        }
    }
}

/// A raw setting as one word.
pub(super) fn setting_text(setting: &Setting) -> String {
    match setting {
        Setting::Bool(true) => "yes".into(),
        Setting::Bool(false) => "no".into(),
        Setting::Number(number) => number.to_string(),
        Setting::Text(text) => text.to_string(),
        Setting::List(list) => list.iter().map(setting_text).collect::<Vec<_>>().join(" "),
        Setting::Map(map) => map
            .iter()
            .map(|(key, value)| format!("{key}={}", setting_text(value)))
            .collect::<Vec<_>>()
            .join(" "),
    }
}

/// A raw setting as JSON, for compose.
pub(super) fn setting_json(setting: &Setting) -> serde_json::Value {
    serde_json::to_value(setting).expect("settings are JSON values")
}
