//! Kind `smtp`: a mail server that somebody else runs, defined once and used by name.

use super::common::{Common, External};
use crate::manifest::secret_ref::SecretRef;
use crate::manifest::values::{Email, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A mail server that somebody else runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Smtp {
    #[serde(flatten)]
    pub common: Common,
    /// The server; its port is 587 unless another is given.
    #[schemars(example = serde_json::json!({"host": "smtp.example.net", "port": 587}))]
    pub external: External,
    /// The user that logs in.
    #[schemars(example = &"alerts")]
    pub user: Option<Text>,
    /// A secret that holds the password.
    pub password: Option<SecretRef>,
    /// Who mails come from. Default: the site's contact.
    pub from: Option<Email>,
    /// How the connection is encrypted. Default: `starttls`, or `implicit` on port 465.
    pub tls: Option<SmtpTls>,
}

/// How a mail connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SmtpTls {
    /// It begins in the open and is then encrypted.
    Starttls,
    /// It is encrypted from its first byte.
    Implicit,
}
