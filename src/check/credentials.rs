//! Secrets in plain text, told by their own look or by the name of what holds them.

/// How keys of well-known services begin, and whose they are.
const PREFIXES: &[(&str, &str)] = &[
    ("AKIA", "an access key of Amazon"),
    ("ASIA", "an access key of Amazon"),
    ("AIza", "a key of Google"),
    ("SG.", "a key of SendGrid"),
    ("dop_v1_", "a token of DigitalOcean"),
    ("ghp_", "a token of GitHub"),
    ("gho_", "a token of GitHub"),
    ("ghs_", "a token of GitHub"),
    ("github_pat_", "a token of GitHub"),
    ("glpat-", "a token of GitLab"),
    ("npm_", "a token of npm"),
    ("rk_live_", "a key of Stripe"),
    ("sk-ant-", "a key of Anthropic"),
    ("sk-proj-", "a key of OpenAI"),
    ("sk_live_", "a key of Stripe"),
    ("xoxb-", "a token of Slack"),
    ("xoxp-", "a token of Slack"),
];

/// What a variable holds, by its name or by its look.
pub(super) fn named(name: &str, value: &str) -> Option<String> {
    known(value).or_else(|| is_secret(name, value).then(|| "a secret by its name".to_owned()))
}

/// What a value is by its own look.
pub(super) fn known(value: &str) -> Option<String> {
    by_prefix(value)
        .or_else(|| private_key(value))
        .or_else(|| has_password(value).then(|| "an address with a password in it".to_owned()))
}

pub(super) fn by_prefix(value: &str) -> Option<String> {
    // Shorter ones are words that happen to begin so.
    let long = |prefix: &str| value.len() >= prefix.len() + 12 && value.bytes().all(|byte| byte.is_ascii_graphic());
    let (_, whose) = PREFIXES
        .iter()
        .find(|(prefix, _)| value.starts_with(prefix) && long(prefix))?;
    Some((*whose).to_owned())
}

pub(super) fn private_key(value: &str) -> Option<String> {
    (value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----")).then(|| "a private key".to_owned())
}

/// `scheme://user:password@host`.
fn has_password(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let password = authority
        .rsplit_once('@')
        .and_then(|(user, _)| user.split_once(':'))
        .map(|(_, password)| password);
    // What a shell or a template fills in is none.
    !scheme.is_empty() && password.is_some_and(|password| !password.is_empty() && !password.contains(['$', '{', '<']))
}

/// Whether an option of a program, as `--password`, holds a secret, if it has this value.
pub(super) fn option(option: &str, value: &str) -> bool {
    const LAST: [&str; 7] = ["apikey", "key", "passphrase", "passwd", "password", "secret", "token"];
    let name = option.strip_prefix("--").unwrap_or_default();
    let last = name.rsplit(['-', '_']).next().unwrap_or(name);
    LAST.contains(&last) && !value.starts_with(['$', '-', '<']) && is_secret(&name.replace('-', "_"), value)
}

/// Whether a variable of this name holds a secret, if it has this value.
fn is_secret(name: &str, value: &str) -> bool {
    // Where it lies, how it is called or how long it lives is none.
    const ABOUT: [&str; 14] = [
        "FILE", "PATH", "DIR", "URL", "URI", "HOST", "ENDPOINT", "TTL", "EXPIRY", "LENGTH", "HEADER", "NAME", "ID",
        "TYPE",
    ];
    let upper = name.to_uppercase();
    let words: Vec<&str> = upper.split(['_', '.', '-']).filter(|word| !word.is_empty()).collect();
    if words.last().is_none_or(|last| ABOUT.contains(last)) || value.is_empty() || value.starts_with('/') {
        return false;
    }
    let harmless = value.parse::<f64>().is_ok() || matches!(value, "true" | "false" | "none" | "null");
    let has = |word: &str| words.contains(&word);
    let pair = |first: &str, second: &str| words.windows(2).any(|pair| pair == [first, second]);
    let named = [
        "SECRET",
        "SECRETS",
        "PASSWORD",
        "PASSWD",
        "PASS",
        "PASSPHRASE",
        "TOKEN",
        "APIKEY",
        "CREDENTIALS",
    ]
    .into_iter()
    .any(has)
        || pair("API", "KEY")
        || pair("PRIVATE", "KEY")
        || pair("ACCESS", "KEY")
        || pair("SIGNING", "KEY")
        || pair("ENCRYPTION", "KEY");
    named && !harmless && !has("PUBLIC") && !has("PUBLISHABLE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_looks() {
        for (name, value) in [
            ("DB_PASSWORD", "hunter2"),
            ("JWT_SECRET", "x y"),
            ("STRIPE_API_KEY", "abc"),
            ("ACCESS_TOKEN", "abc"),
        ] {
            assert!(is_secret(name, value), "{name}");
        }
        for (name, value) in [
            ("TOKEN_TTL", "15m"),
            ("PASSWORD_FILE", "run/x"),
            ("SECRET_KEY", "/run/secrets/key"),
            ("MAX_TOKEN", "4096"),
            ("COMPASS", "north"),
            ("STRIPE_PUBLISHABLE_API_KEY", "pk_1"),
            ("REQUIRE_PASSWORD", "true"),
        ] {
            assert!(!is_secret(name, value), "{name}");
        }
        for (name, value, expected) in [
            ("--password", "hunter2", true),
            ("--api-key", "abc", true),
            ("--password", "$PASSWORD", false),
            ("--password-stdin", "ghcr.io", false),
            ("--pass-through", "x", false),
            ("--token-file", "x", false),
        ] {
            assert_eq!(option(name, value), expected, "{name}");
        }
        for value in [
            "AKIAIOSFODNN7EXAMPLE",
            "postgres://u:p@db/x",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
        ] {
            assert!(known(value).is_some(), "{value}");
        }
        for value in [
            "https://acme.example/a:b@c",
            "postgres://u@db/x",
            "postgres://u:@db",
            "postgres://u:$PASSWORD@db/x",
            "AKIA",
            "ghp_ and more words here",
        ] {
            assert!(known(value).is_none(), "{value}");
        }
    }
}
