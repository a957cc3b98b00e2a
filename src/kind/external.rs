//! Kinds that somebody else runs: `smtp`, `s3`, `oidc`. They are described once and used by name.

use super::{Client, Connection, Endpoint, Kind, Lowering, Placed, ProcessWish, Runtime};
use crate::manifest::services::{Common, Oidc, S3, Smtp};
use crate::site::Text;

impl Kind for Smtp {
    fn common(&self) -> &Common {
        &self.common
    }

    fn runtime(&self) -> Runtime {
        Runtime::None
    }

    fn protocol(&self) -> &'static str {
        "smtp"
    }

    fn is_external(&self) -> bool {
        true
    }

    fn processes(&self) -> Vec<ProcessWish> {
        Vec::new()
    }

    fn sender(&self) -> Option<String> {
        self.from.as_ref().map(ToString::to_string)
    }

    fn connect(&self, _: &Placed, _: &Client, _: &Endpoint) -> Connection {
        let port = self.external.port.map_or(587, |port| port.get());
        let mut parts = vec![
            ("host", Text::literal(self.external.host.to_string())),
            ("port", Text::literal(port.to_string())),
        ];
        parts.extend(self.user.as_ref().map(|user| ("user", Text::literal(user.to_string()))));
        parts.extend(
            self.password
                .as_ref()
                .map(|password| ("password", Text::secret(password.secret.to_string()))),
        );
        parts.extend(self.from.as_ref().map(|from| ("from", Text::literal(from.to_string()))));
        exported(
            parts,
            &[
                ("SMTP_HOST", "host"),
                ("SMTP_PORT", "port"),
                ("SMTP_USER", "user"),
                ("SMTP_PASSWORD", "password"),
                ("SMTP_FROM", "from"),
            ],
        )
    }

    fn lower(&self, _: &mut Lowering<'_>) {}
}

impl Kind for S3 {
    fn common(&self) -> &Common {
        &self.common
    }

    fn runtime(&self) -> Runtime {
        Runtime::None
    }

    fn protocol(&self) -> &'static str {
        "s3"
    }

    fn is_external(&self) -> bool {
        true
    }

    fn processes(&self) -> Vec<ProcessWish> {
        Vec::new()
    }

    fn connect(&self, _: &Placed, _: &Client, _: &Endpoint) -> Connection {
        let region = self
            .external
            .region
            .as_ref()
            .map_or_else(|| "us-east-1".to_owned(), ToString::to_string);
        let mut parts = vec![
            ("bucket", Text::literal(self.bucket.to_string())),
            ("region", Text::literal(region)),
            (
                "access_key_id",
                Text::secret(format!("{}.access_key_id", self.credentials.secret)),
            ),
            (
                "secret_access_key",
                Text::secret(format!("{}.secret_access_key", self.credentials.secret)),
            ),
        ];
        parts.extend(
            self.external
                .endpoint
                .as_ref()
                .map(|endpoint| ("endpoint", Text::literal(endpoint.to_string()))),
        );
        exported(
            parts,
            &[
                ("S3_BUCKET", "bucket"),
                ("S3_ENDPOINT", "endpoint"),
                ("AWS_REGION", "region"),
                ("AWS_ACCESS_KEY_ID", "access_key_id"),
                ("AWS_SECRET_ACCESS_KEY", "secret_access_key"),
            ],
        )
    }

    fn lower(&self, _: &mut Lowering<'_>) {}
}

impl Kind for Oidc {
    fn common(&self) -> &Common {
        &self.common
    }

    fn runtime(&self) -> Runtime {
        Runtime::None
    }

    fn protocol(&self) -> &'static str {
        "oidc"
    }

    fn is_external(&self) -> bool {
        true
    }

    fn processes(&self) -> Vec<ProcessWish> {
        Vec::new()
    }

    fn connect(&self, _: &Placed, _: &Client, _: &Endpoint) -> Connection {
        let parts = vec![
            ("issuer", Text::literal(self.external.issuer.to_string())),
            ("client_id", Text::literal(self.client_id.to_string())),
            ("client_secret", Text::secret(self.client_secret.secret.to_string())),
        ];
        exported(
            parts,
            &[
                ("OIDC_ISSUER", "issuer"),
                ("OIDC_CLIENT_ID", "client_id"),
                ("OIDC_CLIENT_SECRET", "client_secret"),
            ],
        )
    }

    fn lower(&self, _: &mut Lowering<'_>) {}
}

fn exported(parts: Vec<(&'static str, Text)>, names: &[(&str, &'static str)]) -> Connection {
    let exports = names
        .iter()
        .filter(|(_, part)| parts.iter().any(|(known, _)| known == part))
        .map(|(name, part)| ((*name).to_owned(), *part))
        .collect();
    Connection {
        parts,
        exports,
        ..Connection::default()
    }
}
