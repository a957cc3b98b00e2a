//! Where a value stands in the tree: an RFC 6901 JSON Pointer.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// `/services/api/env/PORT`. The root is the empty pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer(String);

impl Pointer {
    pub fn root() -> Pointer {
        Pointer::default()
    }

    #[must_use]
    pub fn child(&self, key: &str) -> Pointer {
        let mut text = String::with_capacity(self.0.len() + key.len() + 1);
        text.push_str(&self.0);
        text.push('/');
        for c in key.chars() {
            match c {
                '~' => text.push_str("~0"),
                '/' => text.push_str("~1"),
                c => text.push(c),
            }
        }
        Pointer(text)
    }

    #[must_use]
    pub fn index(&self, i: usize) -> Pointer {
        Pointer(format!("{}/{i}", self.0))
    }

    /// The pointer of the enclosing map or list; the root has none.
    pub fn parent(&self) -> Option<Pointer> {
        self.0.rfind('/').map(|cut| Pointer(self.0[..cut].to_owned()))
    }

    /// The last segment, unescaped; the root has none.
    pub fn last(&self) -> Option<Cow<'_, str>> {
        self.0.rfind('/').map(|cut| unescape(&self.0[cut + 1..]))
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    pub fn segments(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.split('/').skip(1).map(unescape)
    }

    /// Whether this is `other`, or stands somewhere inside it.
    pub fn is_within(&self, other: &Pointer) -> bool {
        self.0
            .strip_prefix(other.0.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For sentences: `services.api.port`; a segment with a dot, a slash or a blank is put in brackets.
    /// Empty for the root.
    pub fn dotted(&self) -> String {
        let mut text = String::new();
        for segment in self.segments() {
            if segment.is_empty() || segment.contains(['.', '/', ' ', '[', ']', '`']) {
                text.push_str(&format!("[{segment}]"));
                continue;
            }
            if !text.is_empty() {
                text.push('.');
            }
            text.push_str(&segment);
        }
        text
    }

    /// As the subject of a sentence.
    pub fn in_words(&self) -> String {
        if self.is_root() {
            "the manifest".to_owned()
        } else {
            format!("`{}`", self.dotted())
        }
    }
}

fn unescape(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a text is not a JSON Pointer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPointer(String);

impl fmt::Display for BadPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadPointer {}

impl FromStr for Pointer {
    type Err = BadPointer;

    fn from_str(text: &str) -> Result<Pointer, BadPointer> {
        if !text.is_empty() && !text.starts_with('/') {
            return Err(BadPointer(format!(
                "a pointer begins with `/`, as in `/services/api`: `{text}`"
            )));
        }
        let mut rest = text;
        while let Some(at) = rest.find('~') {
            rest = &rest[at + 1..];
            if !rest.starts_with(['0', '1']) {
                return Err(BadPointer(format!(
                    "`~` in a pointer is written `~0`, and `/` inside a key `~1`: `{text}`"
                )));
            }
        }
        Ok(Pointer(text.to_owned()))
    }
}

impl TryFrom<String> for Pointer {
    type Error = BadPointer;

    fn try_from(text: String) -> Result<Pointer, BadPointer> {
        text.parse()
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> String {
        pointer.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_survive_escaping() {
        let p = Pointer::root().child("routes").child("a/b~c").index(2);
        assert_eq!(p.as_str(), "/routes/a~1b~0c/2");
        assert_eq!(p.segments().collect::<Vec<_>>(), ["routes", "a/b~c", "2"]);
        assert_eq!(p.parent().unwrap().last().unwrap(), "a/b~c");
        assert_eq!(p.as_str().parse::<Pointer>().unwrap(), p);
        assert_eq!(p.dotted(), "routes[a/b~c].2");
        assert!(p.is_within(&Pointer::root().child("routes")));
        assert!(!Pointer::root().child("ab").is_within(&Pointer::root().child("a")));
    }

    #[test]
    fn refuses_what_is_no_pointer() {
        assert!("services".parse::<Pointer>().is_err());
        assert!("/a~2".parse::<Pointer>().is_err());
        assert!("".parse::<Pointer>().unwrap().is_root());
    }
}
