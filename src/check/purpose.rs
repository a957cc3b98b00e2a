//! What a secret is for, by the names of the variables that hold it.

/// Uses of a key that are not to be one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// It encrypts what is stored.
    Encryption,
    /// It makes tokens that others are made with.
    Refresh,
    /// It signs the cookies of sessions.
    Session,
    /// It signs tokens.
    Token,
    /// It proves who calls.
    Webhook,
}

impl Purpose {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Encryption => "encrypts what is stored",
            Self::Refresh => "signs the tokens that renew a login",
            Self::Session => "signs the cookies of sessions",
            Self::Token => "signs tokens",
            Self::Webhook => "proves who calls",
        }
    }

    pub(super) fn of(variable: &str) -> Option<Self> {
        let upper = variable.to_uppercase();
        let words: Vec<&str> = upper.split(['_', '-', '.']).collect();
        let has = |word: &str| words.contains(&word);
        if !(has("SECRET") || has("KEY") || has("KEYS")) || has("PUBLIC") {
            return None;
        }
        Some(match () {
            () if ["ENCRYPTION", "ENCRYPT", "CIPHER", "FERNET", "CRYPTO"]
                .into_iter()
                .any(has) =>
            {
                Self::Encryption
            }
            () if has("WEBHOOK") || has("WEBHOOKS") => Self::Webhook,
            () if has("REFRESH") => Self::Refresh,
            () if has("SESSION") || has("COOKIE") || has("COOKIES") => Self::Session,
            () if has("JWT") => Self::Token,
            () => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_for() {
        assert_eq!(Purpose::of("JWT_SECRET"), Some(Purpose::Token));
        assert_eq!(Purpose::of("JWT_REFRESH_SECRET"), Some(Purpose::Refresh));
        assert_eq!(Purpose::of("N8N_ENCRYPTION_KEY"), Some(Purpose::Encryption));
        assert_eq!(Purpose::of("SESSION_KEY"), Some(Purpose::Session));
        for name in ["SECRET_KEY_BASE", "NEXTAUTH_SECRET", "SESSION_DRIVER", "JWT_PUBLIC_KEY"] {
            assert_eq!(Purpose::of(name), None, "{name}");
        }
    }
}
