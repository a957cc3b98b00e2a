//! `notify`: channels that backups, jobs and alerts write to.

use super::secret_ref::{SecretRef, TextOrSecret};
use super::values::{Email, Name, Port, ServerName, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(example = serde_json::json!({"slack": {"webhook": {"secret": "slack_webhook"}}}))]
pub enum Channel {
    /// A channel of Slack, or of a program that takes its messages.
    Slack(Slack),
    /// Mail.
    Email(EmailChannel),
    /// A POST with a JSON body.
    Webhook(Webhook),
}

/// A channel of Slack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slack {
    /// A secret that holds the address of the incoming webhook.
    pub webhook: SecretRef,
}

/// A POST with a JSON body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Webhook {
    /// The address, as a text or as a secret.
    pub url: TextOrSecret,
}

/// Mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmailChannel {
    /// Who gets it.
    #[schemars(extend("x-short" = "[]"), length(min = 1), example = ["ops@acme.example"])]
    pub to: Vec<Email>,
    /// Who it comes from. Default: the site's contact.
    pub from: Option<Email>,
    /// The mail server: the name of a service of kind `smtp`, or the server itself.
    pub smtp: MailServer,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-short" = {"string": "service"}))]
pub struct MailServer {
    #[serde(flatten)]
    pub server: MailHost,
    /// Its port. Default: 587.
    pub port: Option<Port>,
    /// The user that logs in.
    pub user: Option<Text>,
    /// A secret that holds the password.
    pub password: Option<SecretRef>,
}

/// Which mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailHost {
    /// A service of kind `smtp`, which has all the rest.
    #[schemars(example = &"mailer")]
    Service(Name),
    /// The server's name.
    #[schemars(example = &"smtp.example.net")]
    Host(ServerName),
}
