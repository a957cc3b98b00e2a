//! Secrets that are written out.

use crate::check::Rule;
use crate::diag::Diagnostic;
use crate::site::{ChannelTarget, Pointer, Site};

pub(super) const RULE: Rule = Rule {
    code: "literal-secret",
    document: include_str!("literal_secret.md"),
    find,
};

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

fn find(site: &Site) -> Vec<Diagnostic> {
    let variables = site
        .services
        .iter()
        .flat_map(|service| &service.variables)
        .filter_map(|variable| {
            let value = variable.value.as_literal()?;
            let what = known(&value)
                .or_else(|| is_secret(&variable.name, &value).then(|| "a secret by its name".to_owned()))?;
            Some(finding(
                &variable.origin,
                &format!("the value of `{}`", variable.name),
                &what,
            ))
        });
    let channels = site.channels.iter().filter_map(|channel| match &channel.target {
        ChannelTarget::Webhook { url } => {
            let url = url.as_literal()?;
            let what = url
                .contains("hooks.slack.com/")
                .then(|| "a webhook: its address is its password".to_owned());
            Some(finding(
                &channel.origin.child("webhook"),
                "this address",
                &what.or_else(|| known(&url))?,
            ))
        }
        ChannelTarget::Slack { .. } | ChannelTarget::Email { .. } => None,
    });
    let files = site
        .hosts
        .iter()
        .flat_map(|host| &host.files)
        .filter(|file| file.verbatim)
        .filter_map(|file| {
            let what = file.content.lines().find_map(|line| {
                line.split([' ', '=', '"', '\'', ':'])
                    .find_map(by_prefix)
                    .or_else(|| private_key(line))
            })?;
            Some(finding(
                file.origins.first()?,
                &format!("what is in `{}`", file.path),
                &what,
            ))
        });
    let mut found: Vec<Diagnostic> = Vec::new();
    for finding in variables.chain(channels).chain(files) {
        // A file may go to several hosts.
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    found
}

fn finding(origin: &Pointer, subject: &str, what: &str) -> Diagnostic {
    Diagnostic::error(RULE.code, format!("{subject} must not stand in the manifest"))
        .at(origin, what)
        .why("Whoever reads the manifest or the bundle would know it, and git never forgets.")
        .help("write `{secret: NAME}` and declare `NAME` under `secrets:`; if this value was ever in use, change it")
}

/// What a value is by its own look.
fn known(value: &str) -> Option<String> {
    by_prefix(value)
        .or_else(|| private_key(value))
        .or_else(|| has_password(value).then(|| "an address with a password in it".to_owned()))
}

fn by_prefix(value: &str) -> Option<String> {
    // Shorter ones are words that happen to begin so.
    let long = |prefix: &str| value.len() >= prefix.len() + 12 && value.bytes().all(|byte| byte.is_ascii_graphic());
    let (_, whose) = PREFIXES
        .iter()
        .find(|(prefix, _)| value.starts_with(prefix) && long(prefix))?;
    Some((*whose).to_owned())
}

fn private_key(value: &str) -> Option<String> {
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
    !scheme.is_empty() && password.is_some_and(|password| !password.is_empty())
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
            "AKIA",
            "ghp_ and more words here",
        ] {
            assert!(known(value).is_none(), "{value}");
        }
    }
}
