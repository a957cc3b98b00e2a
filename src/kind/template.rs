//! What the author's own templates may name.

use serde_json::{Map, Value, json};

use super::{Connection, SiteNames};
use crate::diag::Diagnostic;
use crate::render::{escape, own};
use crate::site::{Encoding, Host, Pointer};

/// Ending of files that are rendered; the host gets them without it.
const ENDING: &str = ".hbs";

/// The names in a template: `site`, `host`, `hosts`, and for a service's own files `service` and `uses`.
pub(crate) struct Names(Value);

impl Names {
    pub(crate) fn new(site: &SiteNames, hosts: &[Host], on: &str) -> Self {
        let about = |host: &Host| {
            json!({
                "name": host.name,
                "hostname": host.hostname,
                "public": host.public,
                "private": host.private.map(|net| net.addr()),
            })
        };
        let all: Map<String, Value> = hosts.iter().map(|host| (host.name.clone(), about(host))).collect();
        Self(json!({
            "site": {
                "name": site.name,
                "environment": site.environment,
                "domain": site.domain,
                "contact": site.contact,
                "timezone": site.timezone,
            },
            "host": all.get(on).cloned().unwrap_or_default(),
            "hosts": all,
        }))
    }

    /// Adds the service, and the parts of what it uses: `{{uses.db.host}}`, `{{uses.db.password}}` …
    pub(crate) fn of_service(mut self, name: &str, connections: &[Connection]) -> Self {
        let uses: Map<String, Value> = connections
            .iter()
            .map(|connection| {
                let parts = connection.parts.iter().map(|(part, text)| {
                    let text = text.write(str::to_owned, Encoding::Raw);
                    ((*part).to_owned(), Value::String(text))
                });
                (connection.service.clone(), Value::Object(parts.collect()))
            })
            .collect();
        self.0["service"] = json!({"name": name});
        self.0["uses"] = Value::Object(uses);
        self
    }

    /// A file as it goes to the host, which is where `relative` or else `source` says that it is a template.
    pub(crate) fn render(
        &self,
        source: &str,
        (relative, content): (String, String),
        origin: &Pointer,
        found: &mut Vec<Diagnostic>,
    ) -> (String, String) {
        let (path, name) = match relative.strip_suffix(ENDING) {
            Some(path) => (path.to_owned(), format!("{source}/{relative}")),
            None if relative.is_empty() && source.ends_with(ENDING) => (relative, source.to_owned()),
            None => return (relative, content),
        };
        match own::own(&content, &self.0) {
            Ok(text) => (path, text),
            Err(error) => {
                let finding = mistake(&name, &error, origin);
                // Every host renders it.
                if !found.contains(&finding) {
                    found.push(finding);
                }
                (path, String::new())
            }
        }
    }
}

fn mistake(name: &str, error: &str, origin: &Pointer) -> Diagnostic {
    Diagnostic::error("bad-template", format!("the template `{name}` cannot be rendered"))
        .at(origin.child("from"), escape::one_line(error))
        .why("A name that is not there would leave a hole in the file.")
        .help("templates may name `site`, `host`, `hosts`, and in a service's own files `service` and `uses`, as in `{{uses.db.host}}`; secrets are `{{secret \"name\"}}`")
}
