//! Paths that files answer: those of a static service, or data of an app.

use super::{Build, Entry};
use crate::diag::{Diagnostic, suggest};
use crate::manifest::services::{App, Static};
use crate::resolve::at;
use crate::site::{LocationAction, Pointer, StaticFiles};

impl Build<'_, '_> {
    /// The path answers where its files are; another host's files cannot be served from here.
    fn is_here(&mut self, service: &str, origin: &Pointer) -> bool {
        let here = self
            .world
            .placed(service)
            .is_some_and(|placed| placed.hosts.iter().any(|host| host == self.host));
        if !here {
            self.found.push(
                Diagnostic::error(
                    "files-elsewhere",
                    format!("the files of `{service}` are not on host `{}`", self.host),
                )
                .at(origin, format!("the web server on `{}` is to serve them", self.host))
                .at_key(&at(["services", service]), "but they are on another host")
                .why("The web server reads files from its own disk.")
                .help(format!("put `{service}` on the hosts of `ingress.on`")),
            );
        }
        here
    }

    pub(super) fn files(&mut self, service: &str, files: &Static, entry: Entry<'_>) -> Option<LocationAction> {
        let Entry {
            answer, route, origin, ..
        } = entry;
        if !self.is_here(service, origin) {
            return None;
        }
        let current = format!("{}/current", files.release.dir);
        let root = files
            .root
            .as_ref()
            .map_or_else(|| current.clone(), |root| format!("{current}/{root}"));
        let expires = answer.options.expires.or(route.options.expires);
        Some(LocationAction::Files(StaticFiles {
            root,
            spa: files.spa,
            assets: expires.unwrap_or(files.expires.assets).as_secs(),
            pages: files.expires.pages.as_secs(),
            alias: answer.strip_prefix,
        }))
    }

    pub(super) fn data(&mut self, service: &str, app: &App, data: &str, entry: Entry<'_>) -> Option<LocationAction> {
        let Entry {
            path, answer, origin, ..
        } = entry;
        if !self.is_here(service, origin) || !self.has_files(service, origin) {
            return None;
        }
        let Some(folder) = app.data.get(data) else {
            let help = suggest(data, app.data.keys().map(|name| name.as_str())).map_or_else(
                || format!("declare it under `services.{service}.data`"),
                |near| format!("did you mean `{service}.data.{near}`?"),
            );
            self.found.push(
                Diagnostic::error("unknown-data", format!("`{service}` has no data directory `{data}`"))
                    .at(origin.child("to"), "this path leads nowhere")
                    .why("A route can serve a data directory that its service declares.")
                    .help(help),
            );
            return None;
        };
        let age = answer.options.expires.map_or(0, |expires| expires.as_secs());
        Some(LocationAction::Files(StaticFiles {
            root: folder.path.to_string(),
            spa: false,
            assets: age,
            pages: age,
            alias: path.as_str() != "/",
        }))
    }
}
