//! What a user is told: findings with a code, a place and a next action, and their renderings.
//!
//! A finding names its places by pointer into the manifest. `Report::locate` turns the pointers into places in files, late,
//! when it is known which tree they point into. Only this folder knows miette.

mod github;
mod human;
mod json;
mod report;
mod sarif;
mod suggest;

pub use github::github;
pub use human::{Style, human};
pub use json::json;
pub use report::Report;
pub use sarif::sarif;
pub use suggest::{listing, suggest};

use crate::source::{Layer, Place, Pointer};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What a label is put at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// The value at the pointer, or the nearest value around it.
    Pointer(Pointer),
    /// The key that the value stands under.
    Key(Pointer),
    Place(Place),
    None,
}

impl From<Pointer> for At {
    fn from(pointer: Pointer) -> At {
        At::Pointer(pointer)
    }
}

impl From<&Pointer> for At {
    fn from(pointer: &Pointer) -> At {
        At::Pointer(pointer.clone())
    }
}

impl From<Place> for At {
    fn from(place: Place) -> At {
        At::Place(place)
    }
}

impl From<Option<Place>> for At {
    fn from(place: Option<Place>) -> At {
        place.map_or(At::None, At::Place)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub at: At,
    pub text: String,
    /// What the label pointed to before it was located, and how that came into the manifest.
    pub pointer: Option<Pointer>,
    pub layer: Option<Layer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's name, as `explain` takes it.
    pub code: &'static str,
    pub severity: Severity,
    /// What is wrong, in one sentence that begins in lower case and has no full stop.
    pub title: String,
    /// The first label is the main one.
    pub labels: Vec<Label>,
    pub why: String,
    /// What to do next, best as something that can be typed in.
    pub help: String,
    /// Those in which it was found; empty where that says nothing.
    pub environments: Vec<String>,
    /// Why the author wants it silenced.
    pub waived: Option<String>,
}

impl Diagnostic {
    pub fn error(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, title.into())
    }

    pub fn warning(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, title.into())
    }

    fn new(severity: Severity, code: &'static str, title: String) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            title,
            labels: Vec::new(),
            why: String::new(),
            help: String::new(),
            environments: Vec::new(),
            waived: None,
        }
    }

    #[must_use]
    pub fn at(mut self, at: impl Into<At>, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label {
            at: at.into(),
            text: text.into(),
            pointer: None,
            layer: None,
        });
        self
    }

    /// Labels the key that the value at the pointer stands under.
    #[must_use]
    pub fn at_key(self, pointer: &Pointer, text: impl Into<String>) -> Diagnostic {
        self.at(At::Key(pointer.clone()), text)
    }

    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Diagnostic {
        self.why = why.into();
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = help.into();
        self
    }

    /// The place of the first label that has one, once the report is located.
    pub fn place(&self) -> Option<Place> {
        self.labels.iter().find_map(|label| {
            if let At::Place(place) = label.at {
                Some(place)
            } else {
                None
            }
        })
    }
}

#[cfg(test)]
mod tests;
