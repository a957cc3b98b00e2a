//! Secrets that parts need, gathered while services are lowered.

use std::collections::BTreeMap;

use crate::site::{Pointer, Rotation, Secret, SecretSource, Span, previous};

/// Secrets by file name, declared by the manifest or made by a kind, and who needs which.
///
/// A service may need what a later one declares, so needs are matched with declarations at the end.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    declared: BTreeMap<String, Secret>,
    needs: Vec<Need>,
}

#[derive(Debug, Clone)]
struct Need {
    secret: String,
    host: String,
    by: String,
    origin: Pointer,
}

/// What the needs and the declarations come to.
#[derive(Debug, Default)]
pub(crate) struct Matched {
    /// Secrets that some host needs, by name.
    pub(crate) needed: Vec<Secret>,
    /// Declared secrets that nothing needs.
    pub(crate) unused: Vec<Secret>,
    /// Names that nobody declared, with the place that asks.
    pub(crate) unknown: Vec<(String, Pointer)>,
}

impl Secrets {
    /// Declares a secret; the first declaration counts.
    pub(crate) fn declare(&mut self, name: &str, origin: &Pointer, source: SecretSource, rotate: Option<Span>) {
        self.declared.entry(name.to_owned()).or_insert_with(|| Secret {
            name: name.to_owned(),
            origin: origin.clone(),
            source,
            hosts: Vec::new(),
            users: Vec::new(),
            made_on: None,
            rotate,
            rotation: Rotation::default(),
        });
    }

    /// Says how a declared secret is replaced; the first word counts. Where its old value stays valid, there is a secret of
    /// that too.
    pub(crate) fn rotates(&mut self, name: &str, rotation: Rotation) {
        let Some(secret) = self
            .declared
            .get_mut(name)
            .filter(|secret| secret.rotation == Rotation::default())
        else {
            return;
        };
        let keeps = matches!(rotation, Rotation::Overlap(_) | Rotation::Both);
        secret.rotation = rotation;
        let origin = secret.origin.clone();
        if keeps {
            self.declare(&previous(name), &origin, SecretSource::Previous(name.to_owned()), None);
        }
    }

    /// Says which host makes it, if nobody has said so yet.
    pub(crate) fn made_on(&mut self, name: &str, host: &str) {
        if let Some(secret) = self.declared.get_mut(name) {
            secret.made_on.get_or_insert_with(|| host.to_owned());
        }
    }

    /// Says that `by` needs a secret on a host; `origin` is where the manifest asks for it.
    pub(crate) fn need(&mut self, name: &str, host: &str, by: &str, origin: &Pointer) {
        self.needs.push(Need {
            secret: name.to_owned(),
            host: host.to_owned(),
            by: by.to_owned(),
            origin: origin.clone(),
        });
    }

    pub(crate) fn matched(mut self) -> Matched {
        let mut matched = Matched::default();
        // What was before is made from what is, so who needs that needs this.
        let also: Vec<Need> = self
            .needs
            .iter()
            .filter_map(|need| match &self.declared.get(&need.secret)?.source {
                SecretSource::Previous(of) => Some(Need {
                    secret: of.clone(),
                    ..need.clone()
                }),
                _ => None,
            })
            .collect();
        for need in self.needs.into_iter().chain(also) {
            match self.declared.get_mut(&need.secret) {
                Some(secret) => {
                    insert_sorted(&mut secret.hosts, &need.host);
                    insert_sorted(&mut secret.users, &need.by);
                }
                None => matched.unknown.push((need.secret, need.origin)),
            }
        }
        (matched.needed, matched.unused) = self.declared.into_values().partition(|secret| !secret.hosts.is_empty());
        matched
    }
}

fn insert_sorted(list: &mut Vec<String>, item: &str) {
    if let Err(at) = list.binary_search_by(|other| other.as_str().cmp(item)) {
        list.insert(at, item.to_owned());
    }
}
