//! Secrets: declared by name, needed by name, with their values on the hosts alone.

use super::at;
use crate::diag::{At, Diagnostic, listing, suggest};
use crate::kind::{Matched, Secrets};
use crate::manifest::values::Duration;
use crate::manifest::{Charset, Encoding, Generate, KeyPair, Manifest, Secret, SecretSource as Section};
use crate::site::{Pointer, Rotation, SecretSource, Span};

/// What the manifest declares; a secret with keys is one file for each.
pub(super) fn declared(manifest: &Manifest) -> Secrets {
    let mut secrets = Secrets::default();
    for (name, secret) in &manifest.secrets {
        let origin = at(["secrets", name.as_str()]);
        let source = match &secret.source {
            Section::Generate(generate) => SecretSource::Generated(specification(generate)),
            Section::Provided(hint) => SecretSource::Provided(hint.to_string()),
        };
        let span = |duration: Duration| Span {
            seconds: duration.as_secs(),
            text: duration.to_string(),
        };
        let rotate = secret.rotate.map(span);
        if secret.keys.is_empty() {
            secrets.declare(name.as_str(), &origin, source.clone(), rotate);
            if let Some(rotation) = rotation(&source, secret.overlap.map(span)) {
                secrets.rotates(name.as_str(), rotation);
            }
            continue;
        }
        for key in &secret.keys {
            secrets.declare(&format!("{name}.{key}"), &origin, source.clone(), rotate.clone());
        }
    }
    secrets
}

/// Each part would have an old value of its own, and a name of three parts to call it by.
pub(super) fn contradictions(manifest: &Manifest, found: &mut Vec<Diagnostic>) {
    let both = manifest
        .secrets
        .iter()
        .filter(|(_, secret)| secret.overlap.is_some() && !secret.keys.is_empty());
    for (name, _) in both {
        let origin = at(["secrets", name.as_str()]);
        found.push(
            Diagnostic::error("key-choice", format!("`{name}` has several parts and an `overlap`"))
                .at_key(&origin.child("overlap"), "for one value")
                .at_key(&origin.child("keys"), "and here are several")
                .why("What several parts were before has no name that a service could ask for.")
                .help("declare each part as a secret of its own"),
        );
    }
}

/// What the manifest says of how it is replaced. A pair of keys is half of something that others hold.
fn rotation(source: &SecretSource, overlap: Option<Span>) -> Option<Rotation> {
    match source {
        SecretSource::Generated(how) if how.starts_with("keypair=ssh-") => Some(Rotation::Elsewhere(
            "the servers that know its public half have to know the new one first: make a second key pair under another \
             name, bring its public half to them, then name it in place of this one"
                .to_owned(),
        )),
        _ => overlap.map(Rotation::Overlap),
    }
}

/// Where the manifest declares a secret of this host that somebody has to replace, or to finish replacing, by a time.
pub(super) fn with_a_time<'a>(matched: &'a Matched, host: &str) -> Option<&'a Pointer> {
    let here = |secret: &&crate::site::Secret| secret.hosts.iter().any(|name| name == host);
    let timed = matched
        .needed
        .iter()
        .filter(here)
        .find(|secret| secret.rotate.is_some() || matches!(secret.rotation, Rotation::Overlap(_) | Rotation::Both));
    timed.map(|secret| &secret.origin)
}

/// How `install.sh` makes it, in the words of `plan.tsv`.
fn specification(generate: &Generate) -> String {
    if let Some(keypair) = generate.keypair {
        let name = match keypair {
            KeyPair::Rsa2048 => "rsa-2048",
            KeyPair::Rsa4096 => "rsa-4096",
            KeyPair::Ed25519 => "ed25519",
            KeyPair::SshEd25519 => "ssh-ed25519",
        };
        return format!("keypair={name}");
    }
    let kind = match (generate.encoding, generate.charset) {
        (Some(Encoding::Base64), _) => "encoding=base64",
        (Some(Encoding::Hex), _) => "encoding=hex",
        (None, Charset::UrlSafe) => "charset=url-safe",
        (None, Charset::Alphanumeric) => "charset=alphanumeric",
        (None, Charset::Digits) => "charset=digits",
    };
    let prefix = generate
        .prefix
        .as_ref()
        .map(|prefix| format!(",prefix={prefix}"))
        .unwrap_or_default();
    format!("length={},{kind}{prefix}", generate.length)
}

/// Secrets that are asked for and not declared.
pub(super) fn unknown(manifest: &Manifest, matched: &Matched, found: &mut Vec<Diagnostic>) {
    let names = || manifest.secrets.keys().map(|name| name.as_str());
    // What hands out a secret may itself be the mistake.
    let told: Vec<At> = found
        .iter()
        .flat_map(|finding| &finding.labels)
        .map(|label| label.at.clone())
        .collect();
    let is_told = |origin: &Pointer| {
        told.iter()
            .any(|at| matches!(at, At::Pointer(other) | At::Key(other) if other.is_within(origin)))
    };
    for (name, origin) in matched.unknown.iter().filter(|(_, origin)| !is_told(origin)) {
        let (whole, key) = name
            .split_once('.')
            .map_or((name.as_str(), None), |(whole, key)| (whole, Some(key)));
        let declare = format!("declare it: `secrets: {{{whole}: {{generate: {{length: 32}}}}}}`");
        let help = suggest(whole, names()).map_or(declare.clone(), |near| {
            format!("did you mean `{near}`? Otherwise {declare}")
        });
        let known = if manifest.secrets.is_empty() {
            String::new()
        } else {
            format!("; declared are {}", listing(names()))
        };
        if let Some((_, secret)) = manifest.secrets.iter().find(|(name, _)| name.as_str() == whole) {
            found.push(part(whole, key, secret, origin));
            continue;
        }
        found.push(
            Diagnostic::error("unknown-secret", format!("there is no secret `{whole}`"))
                .at(origin, "this secret is not under `secrets`")
                .why("Only a declared secret is generated or asked for on the host; the file that needs it could not be written.")
                .help(format!("{help}{known}")),
        );
    }
}

/// A secret that is declared, but not the part of it that is asked for.
fn part(name: &str, key: Option<&str>, secret: &Secret, origin: &Pointer) -> Diagnostic {
    let keys = || secret.keys.iter().map(|key| key.as_str());
    if key == Some("previous") {
        return Diagnostic::error(
            "unknown-secret",
            format!("the secret `{name}` has no value before this one"),
        )
        .at(origin, "the value before is asked for here")
        .at_key(&at(["secrets", name]), "it has no `overlap`")
        .why("Without an overlap the old value counts no more once there is a new one.")
        .help(format!(
            "say for how long both are valid: `secrets: {{{name}: {{overlap: 24h, …}}}}`"
        ));
    }
    let (title, help) = match key {
        None => (
            format!("`{name}` is a secret of several parts"),
            format!(
                "name one of them, as in `{{secret: {name}.{}}}`; there are {}",
                keys().next().unwrap_or_default(),
                listing(keys())
            ),
        ),
        Some(key) => (
            format!("the secret `{name}` has no part `{key}`"),
            suggest(key, keys()).map_or_else(
                || format!("name it in its keys: `secrets: {{{name}: {{keys: [{key}, …]}}}}`"),
                |near| format!("did you mean `{name}.{near}`?"),
            ),
        ),
    };
    Diagnostic::error("unknown-secret", title)
        .at(origin, "this part is not known")
        .at_key(&at(["secrets", name]), "declared here")
        .why("Each part of a secret is a file of its own on the host.")
        .help(help)
}

/// Declared secrets that nothing uses. The caller tells those that no environment uses.
pub(super) fn unused(matched: &Matched) -> Vec<Diagnostic> {
    let own = matched
        .unused
        .iter()
        .filter(|secret| !secret.is_previous())
        .filter(|secret| secret.origin.segments().next().is_some_and(|first| first == "secrets"));
    // A part of it that is not known was to be used.
    let whole = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let meant: Vec<String> = matched.unknown.iter().map(|(name, _)| whole(name)).collect();
    own.filter(|secret| !meant.contains(&whole(&secret.name)))
        .map(|secret| {
            Diagnostic::warning("unused-secret", format!("nothing uses the secret `{}`", secret.name))
                .at_key(&secret.origin, "declared here")
                .why("A secret that nobody needs is one more thing to leak.")
                .help(format!("remove it, or use it by `{{secret: {}}}`", secret.name))
        })
        .collect()
}
