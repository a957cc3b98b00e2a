//! Secrets that parts need, gathered while services are lowered.

use std::collections::BTreeMap;

use crate::site::{Pointer, Secret, SecretSource};

/// Secrets by file name, declared by the manifest or made by a kind.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    all: BTreeMap<String, Secret>,
    /// Names that were asked for and that nobody declared, with the place that asks.
    unknown: Vec<(String, Pointer)>,
}

impl Secrets {
    pub(crate) fn declare(&mut self, name: &str, origin: &Pointer, source: SecretSource, rotate: Option<String>) {
        self.all.entry(name.to_owned()).or_insert_with(|| Secret {
            name: name.to_owned(),
            origin: origin.clone(),
            source,
            hosts: Vec::new(),
            users: Vec::new(),
            rotate,
        });
    }

    /// Says that `by` needs a secret on a host; `origin` is where the manifest asks for it.
    pub(crate) fn need(&mut self, name: &str, host: &str, by: &str, origin: &Pointer) {
        match self.all.get_mut(name) {
            Some(secret) => {
                insert_sorted(&mut secret.hosts, host);
                insert_sorted(&mut secret.users, by);
            }
            None => self.unknown.push((name.to_owned(), origin.clone())),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.keys().map(String::as_str)
    }

    pub(crate) fn unknown(&self) -> &[(String, Pointer)] {
        &self.unknown
    }

    /// Declared secrets that nothing needs.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &Secret> {
        self.all.values().filter(|secret| secret.hosts.is_empty())
    }

    /// Those that some host needs, by name.
    pub(crate) fn into_needed(self) -> Vec<Secret> {
        self.all.into_values().filter(|secret| !secret.hosts.is_empty()).collect()
    }
}

fn insert_sorted(list: &mut Vec<String>, item: &str) {
    if let Err(at) = list.binary_search_by(|other| other.as_str().cmp(item)) {
        list.insert(at, item.to_owned());
    }
}
