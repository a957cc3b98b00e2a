//! Text that may hold secrets, by name.

use std::fmt;

/// How a secret's value is written at its place in a file; the host applies it.
///
/// The variants are the encodings of `plan.tsv`, format 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// As it is; refused on the host if it holds a line break.
    Raw,
    /// Percent-encoded, for a part of a URL.
    Url,
    /// Between the double quotes of an environment file.
    Env,
    /// Between the single quotes of SQL.
    Sql,
    /// Between the double quotes of JSON or YAML.
    Json,
    /// Hexadecimal SHA-256 of the value.
    Sha256,
    /// Between double quotes with backslash escapes.
    Conf,
    /// A field of PostgreSQL's password file.
    Pgpass,
    /// As it is, over several lines.
    Pem,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Raw => "raw",
            Self::Url => "url",
            Self::Env => "env",
            Self::Sql => "sql",
            Self::Json => "json",
            Self::Sha256 => "sha256",
            Self::Conf => "conf",
            Self::Pgpass => "pgpass",
            Self::Pem => "pem",
        })
    }
}

/// A part of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Literal(String),
    /// `encoding: None` takes that of the language the text is written into.
    Secret {
        name: String,
        encoding: Option<Encoding>,
    },
}

/// Text that may hold secrets, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Piece>);

impl Text {
    pub fn literal(text: impl Into<String>) -> Self {
        Self(vec![Piece::Literal(text.into())])
    }

    pub fn secret(name: impl Into<String>) -> Self {
        Self(vec![Piece::Secret {
            name: name.into(),
            encoding: None,
        }])
    }

    /// Appends literal text.
    #[must_use]
    pub fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Literal(text.into()));
        self
    }

    /// Appends a secret in an encoding of its own.
    #[must_use]
    pub fn and_secret(mut self, name: impl Into<String>, encoding: Encoding) -> Self {
        self.0.push(Piece::Secret {
            name: name.into(),
            encoding: Some(encoding),
        });
        self
    }

    /// The names of the secrets in it.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Secret { name, .. } => Some(name.as_str()),
            Piece::Literal(_) => None,
        })
    }

    /// The text, if no secret is in it.
    pub fn as_literal(&self) -> Option<String> {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(text.as_str()),
                Piece::Secret { .. } => None,
            })
            .collect()
    }

    /// Writes it into a language: `escape` for literals, `encoding` for secrets that name none of their own.
    pub fn write(&self, escape: impl Fn(&str) -> String, encoding: Encoding) -> String {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => escape(text),
                Piece::Secret { name, encoding: own } => placeholder(name, own.unwrap_or(encoding)),
            })
            .collect()
    }
}

/// What `install.sh` replaces by the value on the host.
pub fn placeholder(name: &str, encoding: Encoding) -> String {
    format!("{{{{secret:{name}:{encoding}}}}}")
}
