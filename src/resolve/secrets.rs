//! Secrets: declared by name, needed by name, with their values on the hosts alone.

use super::at;
use crate::diag::{At, Diagnostic, listing, suggest};
use crate::kind::{Matched, Secrets};
use crate::manifest::{Charset, Encoding, Generate, KeyPair, Manifest, SecretSource as Section};
use crate::site::{Pointer, SecretSource};

/// What the manifest declares; a secret with keys is one file for each.
pub(super) fn declared(manifest: &Manifest) -> Secrets {
    let mut secrets = Secrets::default();
    for (name, secret) in &manifest.secrets {
        let origin = at(["secrets", name.as_str()]);
        let source = match &secret.source {
            Section::Generate(generate) => SecretSource::Generated(specification(generate)),
            Section::Provided(hint) => SecretSource::Provided(hint.to_string()),
        };
        let rotate = secret.rotate.map(|rotate| rotate.to_string());
        if secret.keys.is_empty() {
            secrets.declare(name.as_str(), &origin, source, rotate);
            continue;
        }
        for key in &secret.keys {
            secrets.declare(&format!("{name}.{key}"), &origin, source.clone(), rotate.clone());
        }
    }
    secrets
}

/// How `install.sh` makes it, in the words of `plan.tsv`.
fn specification(generate: &Generate) -> String {
    if let Some(keypair) = generate.keypair {
        let name = match keypair {
            KeyPair::Rsa2048 => "rsa-2048",
            KeyPair::Rsa4096 => "rsa-4096",
            KeyPair::Ed25519 => "ed25519",
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
        let declare = format!("declare it: `secrets: {{{name}: {{generate: {{length: 32}}}}}}`");
        let help = suggest(name, names()).map_or(declare.clone(), |near| {
            format!("did you mean `{near}`? Otherwise {declare}")
        });
        let known = if manifest.secrets.is_empty() {
            String::new()
        } else {
            format!("; declared are {}", listing(names()))
        };
        found.push(
            Diagnostic::error("unknown-secret", format!("there is no secret `{name}`"))
                .at(origin, "this secret is not under `secrets`")
                .why("Only a declared secret is generated or asked for on the host; the file that needs it could not be written.")
                .help(format!("{help}{known}")),
        );
    }
}

/// Declared secrets that nothing uses. The caller tells those that no environment uses.
pub(super) fn unused(matched: &Matched) -> Vec<Diagnostic> {
    let own = matched
        .unused
        .iter()
        .filter(|secret| secret.origin.segments().next().is_some_and(|first| first == "secrets"));
    own.map(|secret| {
        Diagnostic::warning("unused-secret", format!("nothing uses the secret `{}`", secret.name))
            .at_key(&secret.origin, "declared here")
            .why("A secret that nobody needs is one more thing to leak.")
            .help(format!("remove it, or use it by `{{secret: {}}}`", secret.name))
    })
    .collect()
}
