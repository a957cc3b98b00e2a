//! What answers a path: a redirect, a fixed text, files or a program.

use super::{Build, Entry};
use crate::diag::{Diagnostic, listing, suggest};
use crate::manifest::{Answer, Service};
use crate::site::{LocationAction, Pointer};

impl Build<'_, '_> {
    pub(super) fn action(&mut self, entry: Entry<'_>) -> Option<LocationAction> {
        let Entry { answer, origin, .. } = entry;
        let target = match &answer.answer {
            Answer::Redirect(to) => {
                return Some(LocationAction::Redirect {
                    to: to.to_string(),
                    status: answer.status.unwrap_or(301),
                });
            }
            Answer::Json(json) => return Some(LocationAction::Json(json.to_string())),
            Answer::To(target) => target,
        };
        let (service, part) = target.parts();
        let Some(section) = self.world.manifest.services.get(service) else {
            self.found.push(self.unknown_target(service, origin));
            return None;
        };
        match section {
            Service::Static(files) => self.files(service, files, entry),
            Service::App(app) => match part.and_then(|part| part.strip_prefix("data.")) {
                Some(data) => self.data(service, app, data, entry),
                None => self.proxy(service, part, entry),
            },
            other => {
                self.found.push(
                    Diagnostic::error("not-http", format!("`{service}` does not speak HTTP"))
                        .at(
                            origin,
                            format!("this path leads to a service of kind `{}`", other.kind()),
                        )
                        .why("The web server can only pass requests to programs that speak HTTP.")
                        .help("route to a service of kind `app` or `static`"),
                );
                None
            }
        }
    }

    fn unknown_target(&self, service: &str, origin: &Pointer) -> Diagnostic {
        let names = || self.world.manifest.services.keys().map(|name| name.as_str());
        let help = suggest(service, names()).map_or_else(
            || format!("the services are {}", listing(names())),
            |near| format!("did you mean `{near}`?"),
        );
        Diagnostic::error("unknown-service", format!("there is no service `{service}`"))
            .at(origin.child("to"), "this path leads nowhere")
            .why("A route can only lead to what `services` describes.")
            .help(help)
    }
}
