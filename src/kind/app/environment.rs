//! What a process finds in its environment: the manifest's variables and what its connections hand out.

use crate::kind::{Connection, Lowering};
use crate::manifest::values::EnvName;
use crate::manifest::{EnvValue, SecretAs};
use crate::site::{Credential, Pointer, Text, Variable};
use std::collections::BTreeMap;

/// The environment of a process on one host.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// Without secrets.
    pub(super) plain: Vec<(String, String)>,
    /// With secrets.
    pub(super) secret: Vec<Variable>,
    /// Secrets handed over as files.
    pub(super) credentials: Vec<Credential>,
}

/// Connections first, so that the manifest's own variables have the last word.
pub(super) fn environment(
    env: &BTreeMap<EnvName, EnvValue>,
    origin: &Pointer,
    host: &str,
    connections: &[Connection],
    lowering: &mut Lowering<'_>,
) -> Environment {
    let mut environment = Environment::default();
    for connection in connections {
        for (name, part) in &connection.exports {
            if env.contains_key(name.as_str()) {
                continue;
            }
            let Some((_, text)) = connection.parts.iter().find(|(known, _)| known == part) else {
                continue;
            };
            for secret in text.secrets() {
                lowering.need(secret, host, &connection.origin);
            }
            environment.put(name, text.clone(), &connection.origin);
        }
    }
    for (name, value) in env {
        let origin = origin.child("env").child(name.as_str());
        match value {
            EnvValue::Bool(flag) => environment.put(name.as_str(), Text::literal(flag.to_string()), &origin),
            EnvValue::Number(number) => environment.put(name.as_str(), Text::literal(number.to_string()), &origin),
            EnvValue::Text(text) => environment.put(name.as_str(), Text::literal(text.to_string()), &origin),
            EnvValue::Secret(secret) => {
                let path = secret.secret.to_string();
                lowering.need(&path, host, &origin);
                match secret.form {
                    SecretAs::Value => environment.put(name.as_str(), Text::secret(path), &origin),
                    SecretAs::File => environment.credentials.push(Credential {
                        variable: name.to_string(),
                        secret: path,
                    }),
                }
            }
        }
    }
    environment
}

/// The variables as the manifest writes them.
pub(super) fn written(env: &BTreeMap<EnvName, EnvValue>, origin: &Pointer) -> Vec<Variable> {
    env.iter()
        .map(|(name, value)| Variable {
            name: name.to_string(),
            value: match value {
                EnvValue::Bool(flag) => Text::literal(flag.to_string()),
                EnvValue::Number(number) => Text::literal(number.to_string()),
                EnvValue::Text(text) => Text::literal(text.to_string()),
                EnvValue::Secret(secret) => Text::secret(secret.secret.to_string()),
            },
            origin: origin.child(name.as_str()),
        })
        .collect()
}

impl Environment {
    fn put(&mut self, name: &str, value: Text, origin: &Pointer) {
        match value.as_literal() {
            Some(text) => self.plain.push((name.to_owned(), text)),
            None => self.secret.push(Variable {
                name: name.to_owned(),
                value,
                origin: origin.clone(),
            }),
        }
    }
}

/// The connections of one host.
pub(super) fn on_host(connections: &[(String, Connection)], host: &str) -> Vec<Connection> {
    connections
        .iter()
        .filter(|(on, _)| on == host)
        .map(|(_, connection)| connection.clone())
        .collect()
}
