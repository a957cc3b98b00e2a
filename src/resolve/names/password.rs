//! Paths that ask for a name and a password.

use super::{Build, container};
use crate::manifest::{Auth, Switch};
use crate::site::{ConfigFile, Encoding, Pointer, placeholder};

impl Build<'_, '_> {
    pub(super) fn auth(&mut self, name: &str, auth: Option<&Switch<Auth>>, origin: &Pointer) -> Option<String> {
        let Some(Switch::On(Auth::Basic(secret))) = auth else {
            return None;
        };
        let secret = secret.secret.to_string();
        self.secrets
            .need(&secret, self.host, &format!("routes.{name}"), &origin.child("auth"));
        if self.is_container() {
            return Some(container::password_file(&secret));
        }
        let path = format!("/etc/{}/htpasswd/{secret}", self.world.site.name);
        if !self.needs.iter().any(|file| file.path == path) {
            self.needs.push(ConfigFile {
                path: path.clone(),
                origins: vec![origin.child("auth")],
                owner: "root".into(),
                group: "www-data".into(),
                mode: 0o640,
                content: format!("{}\n", placeholder(&secret, Encoding::Pem)),
                lines: Vec::new(),
                set: "nginx",
                actions: Vec::new(),
                verbatim: false,
            });
        }
        Some(path)
    }
}
