//! Dummies for the secrets: what `{{secret:NAME:ENC}}` becomes where a native program has to read the file.

use super::plan::Plan;

const OPEN: &str = "{{secret:";

/// Plausible, of every class of characters that a generated secret has, and known to be worthless.
pub(crate) const DUMMY: &str = "Dummy-0_secret~only.for-lint-0123456789abcdef";

/// `sha256sum` of `DUMMY` is not needed: no program can tell.
const DUMMY_SHA256: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// A private key of WireGuard's form.
const WIREGUARD: &str = "yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=";

/// Values by name, and the text with each placeholder replaced; `None` where one is not well formed.
pub(crate) fn fill(text: &str, key: &str) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        filled.push_str(&rest[..start]);
        let inner = &rest[start + OPEN.len()..];
        let end = inner.find("}}")?;
        let (name, encoding) = inner[..end].rsplit_once(':')?;
        filled.push_str(match encoding {
            "raw" if name.starts_with("wireguard.") => WIREGUARD,
            "raw" | "url" | "env" | "sql" | "json" | "ini" | "conf" | "ini/conf" | "pgpass" => DUMMY,
            "sha256" => DUMMY_SHA256,
            "pem" => key,
            _ => return None,
        });
        rest = &inner[end + 2..];
    }
    filled.push_str(rest);
    Some(filled)
}

/// What `/etc/<site>/secrets/` would hold: file name and content.
pub(crate) fn secrets<'a>(plan: &'a Plan, key: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    plan.all("secret").map(move |fields| {
        let spec = fields.get(2).map_or("", String::as_str);
        let value = match spec {
            "keypair=wireguard" => WIREGUARD,
            _ if spec.starts_with("keypair") => key,
            _ => DUMMY,
        };
        (fields[0].as_str(), value)
    })
}
